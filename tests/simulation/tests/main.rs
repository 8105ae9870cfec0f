//! Planner and copiers together over ports in memory, whatever happens to either.

mod former_run;
mod migration_disturbed;
mod migration_run;
