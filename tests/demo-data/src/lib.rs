//! Generated databases: a realistic shop for the demo and the tests, and the benchmark's table.
//!
//! Data that is the same on every machine, made in seconds, with every common type, several scripts and key shapes.
//! Never contains anything about real people.
//!
//! Map: `shop` and `bench` are the presets, `table` is what they consist of; `random`, `words` and `calendar` are what
//! rows are drawn from, `tsv` how they are written; `write` makes the files, `load` loads them, `arguments` is the command.

pub mod arguments;
pub mod bench;
pub mod calendar;
pub mod load;
pub mod random;
pub mod shop;
pub mod table;
pub mod tsv;
pub mod words;
pub mod write;
