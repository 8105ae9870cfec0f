//! The deployment's ports, made once for an environment and used by every invocation in it.

use aws::{Clients, DynamoTable, QueueUrls, S3Objects, Secrets, SqsQueues};
use clock::SystemClock;
use lambda_runtime::Error;

use crate::environment::Environment;

/// The ports of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    pub(crate) records: DynamoTable,
    pub(crate) queue: SqsQueues,
    pub(crate) objects: S3Objects,
    pub(crate) secrets: Secrets,
    pub(crate) clock: SystemClock,
    pub(crate) clients: Clients,
    pub(crate) environment: Environment,
}

impl Platform {
    /// From the environment; nothing is connected yet.
    pub(crate) async fn load() -> Result<Self, Error> {
        let environment = Environment::read(|name| std::env::var(name).ok())?;
        let clients = Clients::load().await;
        Ok(Self {
            records: DynamoTable::new(&clients, environment.table.clone()),
            queue: SqsQueues::new(&clients, QueueUrls::from_env()?),
            objects: S3Objects::new(&clients, environment.bucket.clone()),
            secrets: Secrets::new(&clients),
            clock: SystemClock::new(),
            clients,
            environment,
        })
    }
}
