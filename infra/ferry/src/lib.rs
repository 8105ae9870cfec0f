//! The `ferry` command: the local runner and the operator's verbs.
//!
//! Decisions belong to the domain and the handlers; here is what a program on one machine needs around them.

mod abandoned_objects;
mod abandoned_probe;
pub mod command;
pub mod command_line;
mod connect;
mod cost;
mod data_dir;
pub mod driver_memory;
mod exit;
mod local;
mod operate_command;
mod place;
mod plan_command;
mod plan_cost;
mod precheck_command;
mod records;
mod report;
mod run_command;
mod status_command;
mod submit_command;
pub mod task_file;
mod until;
mod verify;
mod verify_command;
