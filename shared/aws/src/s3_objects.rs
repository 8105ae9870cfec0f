//! The object store on S3: payloads that are too large for a message, and task documents dropped into the bucket.
//!
//! An object is read only up to a bound, so that a file somebody put into the bucket cannot fill an invocation's memory.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use migration::port::{ObjectStore, PortError, Surface, admit_object_name};
use migration::retry::{Effect, Retry};

use crate::classify::failed;
use crate::clients::Clients;
use crate::units::Units;

/// Bytes of the largest object that is ever put: a batch that holds one row of the largest source packet.
const OBJECT_BYTES_MAX: u64 = 160 << 20;

/// What the keys of the object store's names begin with. The template lets the functions touch these keys and no others,
/// and lets them expire; task documents beside them stay.
const BATCHES: &str = "batches/";

/// The objects of one bucket; clones share everything.
#[derive(Debug, Clone)]
pub struct S3Objects {
    client: Client,
    units: Units,
    bucket: String,
}

impl S3Objects {
    /// The bucket of this name; nothing is asked of it yet.
    #[must_use]
    pub fn new(clients: &Clients, bucket: impl Into<String>) -> Self {
        Self { client: clients.s3.clone(), units: clients.units.clone(), bucket: bucket.into() }
    }

    /// Any object of the bucket by its key; none where there is none.
    ///
    /// # Errors
    /// Fails for good where it has more than `most_bytes`.
    pub async fn read(&self, key: &str, most_bytes: u64) -> Result<Option<Vec<u8>>, PortError> {
        self.units.object_get();
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(failed(Surface::Objects, "GetObject", &error)),
        };
        let too_large =
            || PortError::permanent(Surface::Objects, format!("an object of more than {most_bytes} bytes"));
        let told = answer.content_length().and_then(|length| u64::try_from(length).ok());
        if told.is_none_or(|length| length > most_bytes) {
            return Err(too_large());
        }
        let body = answer.body.collect().await.map_err(|_| cut_short())?;
        Ok(Some(body.into_bytes().into()))
    }
}

impl ObjectStore for S3Objects {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        admit_object_name(name)?;
        self.units.object_put();
        let body = ByteStream::from(bytes);
        let request = self.client.put_object().bucket(&self.bucket).key(key(name)).body(body);
        request.send().await.map_err(|error| failed(Surface::Objects, "PutObject", &error))?;
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        admit_object_name(name)?;
        self.read(&key(name), OBJECT_BYTES_MAX).await
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        admit_object_name(name)?;
        let request = self.client.delete_object().bucket(&self.bucket).key(key(name));
        request.send().await.map_err(|error| failed(Surface::Objects, "DeleteObject", &error))?;
        Ok(())
    }
}

fn key(name: &str) -> String {
    format!("{BATCHES}{name}")
}

/// The answer began and did not end.
fn cut_short() -> PortError {
    PortError {
        retry: Retry::Now,
        effect: Effect::None,
        ..PortError::permanent(Surface::Objects, "GetObject: the object came only in part")
    }
}
