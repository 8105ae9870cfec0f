//! The chunk-copier over ports in memory: what it promises chunk by chunk.

mod bad_rows;
mod cursor;
mod ending;
mod invocation;
mod leases;
mod page_age;
mod parking;
mod server;
mod splitting;
