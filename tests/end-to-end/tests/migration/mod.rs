//! Whole migrations by the `ferry` command, of every type, name, key and size.

mod bytes;
mod chunk_shapes;
mod documents;
mod limits;
mod moved;
mod numbers;
mod statement_forms;
mod strict_names;
mod strings;
mod table_kinds;
mod temporal;
