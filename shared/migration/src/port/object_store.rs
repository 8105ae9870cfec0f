//! Objects by name: payloads that are too large for a message.

use std::future::Future;

use crate::port::error::PortError;

/// Keeps bytes under a name.
///
/// *Idempotence*: an object may be put again with the same bytes. *Durability*: `Ok` survives a power loss.
/// *After an error*: the object may be there or not. Objects are only transport, as messages are (invariant 4): one that is missing
/// is shipped again by a new epoch.
pub trait ObjectStore: Send + Sync {
    /// Stores an object. Names are ASCII letters, digits, `-` and `/`.
    fn put(&self, name: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The object; none where there is none of that name.
    fn get(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, PortError>> + Send;

    /// Removes an object; one that is not there is no error.
    fn remove(&self, name: &str) -> impl Future<Output = Result<(), PortError>> + Send;
}
