//! What travels through the control queues: small JSON with a version, naming records and carrying no state.
//!
//! A message names the run, never the task, so that a message of an earlier run is recognised and dropped.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::port::{Outgoing, PortError, Queue, QueueName, SendOutcome};
use crate::record::ChunkId;
use crate::run::RunId;
use crate::time::UnixMs;

/// The version this code writes and reads.
const VERSION: u32 = 1;

/// A control message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Check the run's task.
    Precheck {
        /// The run.
        run: RunId,
    },
    /// Look what the run owes: plan, wake chunks, finish.
    Plan {
        /// The run.
        run: RunId,
    },
    /// Follow the log.
    Read {
        /// The run.
        run: RunId,
    },
    /// Execute the definition that the reader waits for.
    Define {
        /// The run.
        run: RunId,
        /// When it was sent: it travels through the FIFO queue, which drops a second message of one deduplication id.
        sent_at: UnixMs,
    },
    /// Copy a chunk.
    Copy {
        /// The run.
        run: RunId,
        /// The chunk; its range stands in its record.
        chunk: ChunkId,
    },
}

/// A message as it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The message.
    pub message: Message,
    /// When it was first sent, where it was sent anew since.
    pub since: Option<UnixMs>,
}

/// A body that is no message of this version.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Not JSON of the expected form.
    #[error("the message is not a ferry control message")]
    Malformed(#[from] serde_json::Error),
    /// Written by another version.
    #[error(
        "the message has version {found}, this program reads version {VERSION}: deploy one version of all functions"
    )]
    Version {
        /// The version found.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    kind: Kind,
    run: RunId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    chunk: Option<ChunkId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    sent_at: Option<UnixMs>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    since: Option<UnixMs>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Precheck,
    Plan,
    Copy,
    Read,
    Define,
}

impl Message {
    /// The run it is about.
    #[must_use]
    pub fn run(&self) -> RunId {
        match self {
            Self::Precheck { run }
            | Self::Plan { run }
            | Self::Read { run }
            | Self::Define { run, .. }
            | Self::Copy { run, .. } => *run,
        }
    }

    /// Its kind, in logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Precheck { .. } => "precheck",
            Self::Plan { .. } => "plan",
            Self::Copy { .. } => "copy",
            Self::Read { .. } => "read",
            Self::Define { .. } => "define",
        }
    }

    /// The queue it travels through.
    #[must_use]
    pub fn queue(&self) -> QueueName {
        match self {
            Self::Precheck { .. } => QueueName::Precheck,
            Self::Plan { .. } => QueueName::Plan,
            Self::Copy { .. } => QueueName::Copy,
            Self::Read { .. } => QueueName::Read,
            Self::Define { .. } => QueueName::Changes,
        }
    }

    /// Its body, ready to be sent.
    ///
    /// # Panics
    /// Never: the wire form has string keys only.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        self.wired(None)
    }

    /// The same message once more, to come after `delay`; it tells when it was first sent.
    ///
    /// # Panics
    /// Never: the wire form has string keys only.
    #[must_use]
    pub fn outgoing_again(&self, since: UnixMs, delay: Duration) -> Outgoing {
        Outgoing { delay, ..self.wired(Some(since)) }
    }

    fn wired(&self, since: Option<UnixMs>) -> Outgoing {
        let (kind, chunk, sent_at) = match self {
            Self::Precheck { .. } => (Kind::Precheck, None, None),
            Self::Plan { .. } => (Kind::Plan, None, None),
            Self::Copy { chunk, .. } => (Kind::Copy, Some(*chunk), None),
            Self::Read { .. } => (Kind::Read, None, None),
            Self::Define { sent_at, .. } => (Kind::Define, None, Some(*sent_at)),
        };
        let wire = Wire { version: VERSION, kind, run: self.run(), chunk, sent_at, since };
        let plain =
            Outgoing::plain(serde_json::to_string(&wire).expect("invariant: a message has a JSON form"));
        match self {
            Self::Define { run, sent_at } => Outgoing {
                group: Some(format!("{run}-define")),
                deduplication: Some(format!("{run}-define-{}", sent_at.0)),
                ..plain
            },
            Self::Precheck { .. } | Self::Plan { .. } | Self::Copy { .. } | Self::Read { .. } => plain,
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`MessageError`]; such a message belongs into the dead letters.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        Received::parse(body).map(|received| received.message)
    }

    fn of_wire(wire: &Wire) -> Result<Self, MessageError> {
        match (&wire.kind, wire.chunk) {
            (Kind::Precheck, _) => Ok(Self::Precheck { run: wire.run }),
            (Kind::Plan, _) => Ok(Self::Plan { run: wire.run }),
            (Kind::Copy, Some(chunk)) => Ok(Self::Copy { run: wire.run, chunk }),
            (Kind::Copy, None) => Err(MessageError::Malformed(serde::de::Error::missing_field("chunk"))),
            (Kind::Read, _) => Ok(Self::Read { run: wire.run }),
            (Kind::Define, _) => {
                let missing = || MessageError::Malformed(serde::de::Error::missing_field("sent_at"));
                Ok(Self::Define { run: wire.run, sent_at: wire.sent_at.ok_or_else(missing)? })
            }
        }
    }
}

impl Received {
    /// Reads a body.
    ///
    /// # Errors
    /// [`MessageError`]; such a message belongs into the dead letters.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let wire: Wire = serde_json::from_str(body)?;
        if wire.version != VERSION {
            return Err(MessageError::Version { found: wire.version });
        }
        Ok(Self { message: Message::of_wire(&wire)?, since: wire.since })
    }
}

/// Sends messages that travel through one queue; each of them is in it when this succeeds.
///
/// # Errors
/// The first failure; the messages may be sent again, a message too many is harmless.
pub async fn send(queue: &impl Queue, messages: &[Message]) -> Result<(), PortError> {
    let Some(name) = messages.first().map(Message::queue) else { return Ok(()) };
    let bodies: Vec<Outgoing> = messages.iter().map(Message::outgoing).collect();
    send_all(queue, name, &bodies).await
}

/// As [`send`], for messages in the form in which they travel.
///
/// # Errors
/// The first failure; the messages may be sent again, a message too many is harmless.
pub async fn send_all(queue: &impl Queue, name: QueueName, bodies: &[Outgoing]) -> Result<(), PortError> {
    for outcome in queue.send(name, bodies).await? {
        match outcome {
            SendOutcome::Sent => {}
            SendOutcome::Failed(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Message, MessageError};
    use crate::record::{ChunkId, ChunkNumber, TableNumber};
    use crate::run::RunId;

    #[test]
    fn a_message_survives_its_wire_form() {
        let run = RunId(uuid::Uuid::from_u128(7));
        let chunk = ChunkId { table: TableNumber(1), number: ChunkNumber(2) };
        let define = Message::Define { run, sent_at: crate::time::UnixMs(9) };
        let read = Message::Read { run };
        let copy = Message::Copy { run, chunk };
        for message in [Message::Precheck { run }, Message::Plan { run }, copy, read, define] {
            assert_eq!(Message::parse(&message.outgoing().body).unwrap(), message);
        }
    }

    #[test]
    fn another_version_and_noise_are_told_apart() {
        let run = RunId(uuid::Uuid::from_u128(7));
        let later = Message::Plan { run }.outgoing().body.replace("\"version\":1", "\"version\":2");
        assert!(matches!(Message::parse(&later), Err(MessageError::Version { found: 2 })));
        assert!(matches!(Message::parse("{}"), Err(MessageError::Malformed(_))));
    }
}
