//! The binlog-reader over ports in memory: what it promises of the log, batch by batch.

mod epochs;
mod shipping;
mod stand;
