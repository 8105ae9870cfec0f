//! Cases about the queues.

pub mod dead_letters;
pub mod deduplication;
pub mod delivery;
pub mod fifo;
pub mod long_spans;
pub mod properties;
pub mod sending;
pub mod visibility;
