//! The chunk-copier over ports in memory: what it promises chunk by chunk, and whole migrations under disturbance.

mod bad_rows;
mod cursor;
mod ending;
mod former_run;
mod invocation;
mod leases;
mod migration_disturbed;
mod migration_run;
mod page_age;
mod splitting;
