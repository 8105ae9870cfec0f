//! `--aws`: the table on moto, the queues on LocalStack, one of each for all tests; no function runs.

mod deployment;
mod missing;
mod submitting;
mod verbs;
