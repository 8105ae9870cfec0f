//! Rows and key boundaries of one table, by its mapping.
//!
//! Map: `select` writes the column list, `decoder` turns driver values into domain values, `page` reads rows,
//! `boundary` finds where a chunk ends. Nothing here writes, and nothing stays open after a call.

mod boundary;
mod decoder;
mod page;
mod select;

pub(crate) use decoder::Decoder;
