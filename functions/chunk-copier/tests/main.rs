//! The chunk-copier over ports in memory: what it promises chunk by chunk, and whole migrations under disturbance.

mod copying;
mod migration_disturbed;
mod migration_run;
