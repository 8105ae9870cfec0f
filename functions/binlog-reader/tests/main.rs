//! The binlog-reader over ports in memory: what it promises of the log, batch by batch.

mod definitions;
mod epochs;
mod servers;
mod shipping;
mod stand;
