//! Whole migrations by the `ferry` command, of every type, name, key and size.

mod bytes;
mod documents;
mod moved;
mod numbers;
mod strings;
mod table_kinds;
mod temporal;
