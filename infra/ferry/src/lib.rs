//! The `ferry` command: the local runner and the operator's verbs.
//!
//! Decisions belong to the domain and the handlers; here is what a program on one machine needs around them.

pub mod task_file;
