//! The platform on AWS: the only crate that names the AWS SDK.
//!
//! [`DynamoTable`] keeps the promises of `CheckpointTable`, [`SqsQueues`] those of `Queue` and `Inbox`, [`S3Objects`]
//! those of `ObjectStore`; [`Secrets`] reads passwords. [`Clients`] are made once a process, and everything that is
//! billed by them is counted in their [`Units`].
//!
//! Map: `table` writes and reads records, `queues` sends and receives; `classify` says of every failure what it leaves
//! open; `waits` says how long is waited between two tries.

mod classify;
mod clients;
mod deployment;
mod queues;
mod s3_objects;
mod secrets;
mod table;
mod units;
mod waits;

pub use clients::{Clients, Place};
pub use deployment::{Deployment, DeploymentError, STACK_DEFAULT};
pub use queues::{QueueUrls, SqsQueues};
pub use s3_objects::S3Objects;
pub use secrets::Secrets;
pub use table::DynamoTable;
pub use units::{Consumed, Units};
