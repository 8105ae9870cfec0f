//! Planner and copiers together over ports in memory, whatever happens to either.

mod follow_runs;
mod former_run;
mod generation;
mod late_everywhere;
mod late_handlers;
mod late_writes;
mod left_out_rules;
mod migration_disturbed;
mod migration_run;
mod reader_deaths;
mod replay;
mod shown_first;
