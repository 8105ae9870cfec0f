//! The platform on AWS: the only crate that names the AWS SDK.

mod clients;

pub use clients::Clients;
