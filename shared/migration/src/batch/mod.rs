//! A lane batch: a JSON envelope with a compact binary payload, compressed and in base64.
//!
//! The envelope says whose batch it is and where it stands; the payload holds raw row images, which only the applier
//! decodes. A batch that would pass the queue's size limit leaves its payload in the object store, and the envelope
//! carries the reference. A body that cannot be read is refused as a whole, and nothing in an error tells a value.

mod change;
mod packer;
mod payload;

pub use change::{Change, ChangeKind};
pub use packer::{Packed, Packer};
pub use payload::{BatchChanges, BatchTable, Item, PayloadFault, PayloadWriter, TableAt, read_payload};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::lane::Lane;
use crate::lane_progress::Epoch;
use crate::limits::BATCH_PAYLOAD_BYTES_MAX;
use crate::port::Outgoing;
use crate::position::Position;
use crate::run::RunId;
use crate::schema::SchemaVersion;
use crate::time::UnixMs;

/// The version of envelope and payload this code writes and reads.
const VERSION: u32 = 1;

/// Whose batch it is, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchHead {
    /// The run.
    pub run: RunId,
    /// The epoch it was shipped in.
    pub epoch: Epoch,
    /// The lane.
    pub lane: Lane,
    /// Its number in lane and epoch, from 1 without gaps.
    pub seq: u64,
    /// The version of the schemas its images belong to.
    pub schema: SchemaVersion,
    /// The first operation's position.
    pub first: Position,
    /// The last operation's position.
    pub last: Position,
    /// How many operations it holds.
    pub operations: u32,
    /// When the last operation was committed at the source.
    pub committed_at: UnixMs,
}

/// Where the payload is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// In the envelope.
    Inline(String),
    /// In the object store, under this name.
    Object(String),
}

/// A batch's envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Whose it is.
    pub head: BatchHead,
    /// Its payload.
    pub payload: Payload,
}

/// A body that is no batch.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeFault {
    /// Not JSON of the expected form.
    #[error("the message is not a batch of changes")]
    Malformed(#[from] serde_json::Error),
    /// Written by another version.
    #[error(
        "the batch has version {found}, this program reads version {VERSION}: deploy one version of all functions"
    )]
    Version {
        /// The version found.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    #[serde(flatten)]
    head: BatchHead,
    payload: Payload,
}

impl Envelope {
    /// The envelope around a compressed payload; none where the payload is too large and must go to the object store
    /// under [`object_name`].
    #[must_use]
    pub fn inline(head: BatchHead, compressed: &[u8]) -> Option<Self> {
        let fits = compressed.len() <= BATCH_PAYLOAD_BYTES_MAX;
        fits.then(|| Self { head, payload: Payload::Inline(STANDARD.encode(compressed)) })
    }

    /// The message, in the lane's group. The deduplication id names the batch: the same batch sent twice is one.
    ///
    /// # Panics
    /// Never: the wire form has string keys only.
    #[must_use]
    pub fn outgoing(self) -> Outgoing {
        let BatchHead { run, epoch, lane, seq, .. } = self.head;
        let wire = Wire { version: VERSION, head: self.head, payload: self.payload };
        let body = serde_json::to_string(&wire).expect("invariant: an envelope has a JSON form");
        Outgoing {
            group: Some(group(run, lane)),
            deduplication: Some(format!("{run}-{}-{lane}-{seq}", epoch.0)),
            ..Outgoing::plain(body)
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`EnvelopeFault`]; such a message belongs into the dead letters.
    pub fn parse(body: &str) -> Result<Self, EnvelopeFault> {
        let wire: Wire = serde_json::from_str(body)?;
        if wire.version != VERSION {
            return Err(EnvelopeFault::Version { found: wire.version });
        }
        Ok(Self { head: wire.head, payload: wire.payload })
    }
}

/// The message group of a lane.
#[must_use]
pub fn group(run: RunId, lane: Lane) -> String {
    format!("{run}-{lane}")
}

/// Where a large batch's payload stands in the object store.
#[must_use]
pub fn object_name(head: &BatchHead) -> String {
    format!("{}/{}-{}-{}", head.run, head.epoch.0, head.lane, head.seq)
}

/// The compressed payload of an envelope that carries it.
///
/// # Errors
/// [`PayloadFault`] where it is no base64.
pub fn inline_payload(text: &str) -> Result<Vec<u8>, PayloadFault> {
    STANDARD.decode(text).map_err(|_| PayloadFault)
}
