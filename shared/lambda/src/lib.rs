//! The functions on AWS Lambda: the only crate that names the Lambda runtime.
//!
//! A function's `main` says what it does with a message; everything else stands here once.
//!
//! - [`Function`], [`run`]: what a function is, and its life
//! - `platform`, `environment`: the deployment's table, queues and bucket, from environment variables
//! - `host`: one invocation, its deadline, and whose batch it is
//! - `control`, `changes`: messages of the standard queues, and of the FIFO queue
//! - `work`, `ends`: a run's two ends, with connections kept while the environment is warm
//! - `intake`: tasks that were dropped into the bucket or sent as an event
//! - `tick`, `metrics`: what the schedule wakes, and the figures it tells
//! - `usage`: what a run has cost so far
//! - `log`: JSON lines
//!
//! It never decides what a migration does next, and never logs a value, a key or a secret.

mod changes;
mod control;
mod ends;
mod environment;
mod function;
mod host;
mod intake;
mod log;
mod metrics;
mod platform;
mod record;
mod tick;
mod usage;
mod work;

pub use function::{Function, misdirected, run};
pub use lambda_runtime::Error;
pub use work::Work;
