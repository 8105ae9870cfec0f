//! A little cloud for tests: runs the real programs of functions as `template.yaml` says, against servers that others wrote.
//!
//! It exists because nothing that runs without Docker or an account plays both sides at once: Lambda's Runtime API with
//! frozen and killed environments, and event source mappings that honour partial failures. Queues, tables, buckets and secrets
//! are real servers (LocalStack, moto); this crate has no storage of its own. It uses nothing of Ferry.
//!
//! Map: `template` reads `settings` by `node` and `evaluation`; `runtime_api` is one environment's API, `environment` its process,
//! `function` all of a function's; `event_source` polls a queue through `sqs` and hands out a `batch`; `cloud` puts all of it
//! together; `fault` is what goes wrong on purpose.
//!
//! Not played: roles and policies, throttling, recursion detection, memory limits, retention. EventBridge is played by the
//! test, which sends its envelope.

mod aws_http;
mod batch;
mod cloud;
mod environment;
mod error;
mod evaluation;
mod event_source;
mod fault;
mod function;
mod node;
mod runtime_api;
mod settings;
mod sqs;
mod template;

pub use cloud::{Cloud, Endpoints, Plan};
pub use error::CloudError;
pub use fault::Faults;
pub use function::{Counts, Function, Outcome};
pub use settings::{FunctionSettings, Mapping, QueueSettings, Schedule, Settings, TableSettings};
pub use sqs::{Received, Sqs};
pub use template::{Stack, read_template};
