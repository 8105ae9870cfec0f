//! The row image decoder and the reading of definitions through their public faces, without a server.

#[cfg(test)]
mod definitions;
#[cfg(test)]
mod row_images;
