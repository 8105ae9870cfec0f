//! Objects by name: payloads that are too large for a message.

use std::future::Future;

use crate::port::error::{PortError, Surface};

/// Bytes of one part of an object's name (file names of the common file systems, with room for an ending).
const OBJECT_NAME_PART_BYTES: usize = 200;

/// Keeps bytes under a name.
///
/// *Idempotence*: an object may be put again with the same bytes. *Durability*: `Ok` survives a power loss.
/// *After an error*: the object may be there or not. Objects are only transport, as messages are (invariant 4): one that is missing
/// is shipped again by a new epoch.
pub trait ObjectStore: Send + Sync {
    /// Stores an object. A name that [`admit_object_name`] refuses is refused here too.
    fn put(&self, name: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The object; none where there is none of that name.
    fn get(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, PortError>> + Send;

    /// Removes an object; one that is not there is no error.
    fn remove(&self, name: &str) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Whether an object may have this name: parts of ASCII letters, digits and `-`, with one `/` between two of them.
///
/// # Errors
/// A permanent error without effect where it may not.
pub fn admit_object_name(name: &str) -> Result<(), PortError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_part =
        |part: &str| (1..=OBJECT_NAME_PART_BYTES).contains(&part.len()) && part.bytes().all(is_plain);
    if name.split('/').all(is_part) {
        return Ok(());
    }
    Err(PortError::permanent(Surface::Objects, "an object's name has letters, digits, `-` and `/` only"))
}
