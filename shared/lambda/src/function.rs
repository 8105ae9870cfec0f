//! What a function is, and its life: clients are made once, then it waits for invocations.

use std::future::Future;
use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

use crate::host::Host;
use crate::log;
use crate::platform::Platform;
use crate::work::Work;

/// One of the five functions: what it does with the messages of its queue.
pub trait Function: Send + Sync + 'static {
    /// Its name, in logs and records.
    const NAME: &'static str;
    /// Whose messages it handles.
    const QUEUE: QueueName;

    /// Handles a control message. One that belongs to another function is an error.
    fn handle(
        &self,
        work: &Work<'_>,
        message: Message,
    ) -> impl Future<Output = Result<Outcome, HandlerError>> + Send;

    /// Handles consecutive batches of one lane; one result for each, or one error for all. Only the event-applier gets any.
    fn apply(
        &self,
        _work: &Work<'_>,
        _bodies: &[&str],
    ) -> impl Future<Output = Result<Vec<Result<Outcome, HandlerError>>, HandlerError>> + Send {
        async { Err(misdirected(Self::NAME)) }
    }
}

/// A message reached a function that does not handle its kind: the deployment's queues are mixed up.
#[must_use]
pub fn misdirected(function: &str) -> HandlerError {
    HandlerError::Inconsistent(format!("a message that {function} does not handle reached it"))
}

/// Runs the function until Lambda ends its environment.
///
/// # Errors
/// What keeps the function from starting: a variable that is missing or wrong.
pub fn run<F: Function>(function: F) -> Result<(), Error> {
    log::begin();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let host = Arc::new(Host::new(function, Platform::load().await?));
        let service = service_fn(move |event: LambdaEvent<_>| {
            let host = Arc::clone(&host);
            async move { host.invoke(event).await }
        });
        lambda_runtime::run(service).await
    })
}
