//! The row image decoder through its public face, without a server.

#[cfg(test)]
mod row_images;
