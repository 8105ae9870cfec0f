//! Where reading stands in the log.
//!
//! Offsets are summed from the lengths of events, in 64 bits, because the end an event's header names has 32 bits only
//! and files pass 4 GiB (protocol H24). Three kinds of events take no place in a file: those made for the stream
//! (heartbeats, the rotation that names the file to come), the format description that is repeated where a dump starts
//! inside a file, and those inside a compressed transaction. The sum's lowest 32 bits must then be the header's; where
//! they are not, events were missed or the file is not the one it was, and nothing after it can be trusted.

use migration::position::LogPlace;

use crate::log::file_name::file_number;
use crate::log::raw_event::{RawEvent, kind};
use crate::row_image::Take;

/// Behind a file's magic number.
pub(crate) const FIRST_OFFSET: u64 = 4;
const CHECKSUM_BYTES: usize = 4;
/// Fields of a payload event's head: its end, the payload's length, and its length unpacked.
const PAYLOAD_END: usize = 0;
const PAYLOAD_LENGTH: usize = 1;
const PAYLOAD_UNPACKED_LENGTH: usize = 3;

/// Why the stream cannot be followed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CursorError {
    /// The header's end is another.
    #[error("the log at {at} holds an event that ends elsewhere than its header says")]
    OutOfStep {
        /// Where the event starts.
        at: LogPlace,
    },
    /// A compressed transaction that is not as long as it says.
    #[error("the compressed transaction at {at} cannot be unpacked")]
    Payload {
        /// Where the payload event starts.
        at: LogPlace,
    },
    /// An event without its fields.
    #[error("the log at {at} holds an event that cannot be read")]
    Malformed {
        /// Where the event starts.
        at: LogPlace,
    },
    /// A name without a number.
    #[error("a file of the log has a name without a number at its end")]
    FileName,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// In front of it; of a compressed transaction, for all events inside.
    pub(crate) at: LogPlace,
    /// Behind it; inside a compressed transaction, behind all of it.
    pub(crate) next: LogPlace,
    /// Whether it is inside a compressed transaction.
    pub(crate) inside_payload: bool,
}

/// Where reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    name: String,
    place: LogPlace,
    /// Bytes of a compressed transaction that are not read yet.
    unpacked_left: u64,
    /// Where that transaction's event starts.
    payload_at: LogPlace,
    /// Whether a format description was read, which tells whether events have checksums.
    knows_format: bool,
}

impl Cursor {
    /// At a place of a file.
    pub(crate) fn new(name: &str, offset: u64) -> Result<Self, CursorError> {
        let place = LogPlace { file: file_number(name).ok_or(CursorError::FileName)?, offset };
        let name = name.to_owned();
        Ok(Self { name, place, unpacked_left: 0, payload_at: place, knows_format: false })
    }

    /// In front of the event to come.
    pub(crate) fn place(&self) -> LogPlace {
        self.place
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether events of a compressed transaction are still to come.
    pub(crate) fn is_inside_payload(&self) -> bool {
        self.unpacked_left > 0
    }

    /// Steps over an event.
    ///
    /// # Errors
    /// Where it cannot stand here.
    pub(crate) fn step(&mut self, event: &RawEvent<'_>) -> Result<Span, CursorError> {
        if self.unpacked_left > 0 {
            return self.step_inside(event);
        }
        let at = self.place;
        if event.kind == kind::ROTATE {
            self.rotate(event)?;
            return Ok(Span { at, next: self.place, inside_payload: false });
        }
        if !self.takes_no_place(event) {
            self.place.offset += u64::from(event.length);
            let low_bits = self.place.offset & u64::from(u32::MAX);
            if low_bits != u64::from(event.log_pos) {
                return Err(CursorError::OutOfStep { at });
            }
        }
        self.knows_format |= event.kind == kind::FORMAT_DESCRIPTION;
        if event.kind == kind::TRANSACTION_PAYLOAD {
            let unpacked = unpacked_length(event.payload).ok_or(CursorError::Malformed { at })?;
            self.unpacked_left = unpacked;
            self.payload_at = at;
        }
        Ok(Span { at, next: self.place, inside_payload: false })
    }

    fn step_inside(&mut self, event: &RawEvent<'_>) -> Result<Span, CursorError> {
        let at = self.payload_at;
        let left = self.unpacked_left.checked_sub(u64::from(event.length));
        // An event that is never inside one is the next of the file: the driver could not unpack this one.
        let belongs = event.length > 0 && !stands_outside(event.kind);
        self.unpacked_left = left.filter(|_| belongs).ok_or(CursorError::Payload { at })?;
        Ok(Span { at, next: self.place, inside_payload: true })
    }

    fn takes_no_place(&self, event: &RawEvent<'_>) -> bool {
        let is_repeated = event.kind == kind::FORMAT_DESCRIPTION
            && (event.log_pos == 0 || self.place.offset != FIRST_OFFSET);
        event.is_artificial() || event.is_heartbeat() || is_repeated
    }

    /// The last event of a file, or the one made for the stream that names the file to come, says where to go on.
    ///
    /// The very first of a stream names the file that was asked for, and may have a checksum that nobody has
    /// announced yet behind it.
    fn rotate(&mut self, event: &RawEvent<'_>) -> Result<(), CursorError> {
        let malformed = CursorError::Malformed { at: self.place };
        let mut take = Take(event.payload);
        let offset = take.little(8).ok_or(malformed.clone())?;
        let mut name = take.0;
        if !self.knows_format {
            let rest = name.strip_prefix(self.name.as_bytes()).ok_or(malformed.clone())?;
            if rest.is_empty() || rest.len() == CHECKSUM_BYTES {
                name = self.name.as_bytes();
            }
        }
        let name = std::str::from_utf8(name).map_err(|_| malformed)?;
        *self = Self { knows_format: self.knows_format, ..Self::new(name, offset)? };
        Ok(())
    }
}

/// Whether events of this kind are never inside a compressed transaction.
fn stands_outside(kind: u8) -> bool {
    matches!(
        kind,
        kind::STOP
            | kind::ROTATE
            | kind::FORMAT_DESCRIPTION
            | kind::HEARTBEAT
            | kind::HEARTBEAT_V2
            | kind::GTID
            | kind::ANONYMOUS_GTID
            | kind::GTID_TAGGED
            | kind::PREVIOUS_GTIDS
            | kind::TRANSACTION_PAYLOAD
    )
}

/// How long a compressed transaction is unpacked, from its event's head; without a field for it, as it stands.
fn unpacked_length(payload: &[u8]) -> Option<u64> {
    let mut take = Take(payload);
    let mut as_it_stands = None;
    loop {
        let field = take.length_encoded()?;
        if field == PAYLOAD_END {
            return as_it_stands;
        }
        let length = take.length_encoded()?;
        let number = u64::try_from(Take(take.bytes(length)?).length_encoded()?).ok();
        match field {
            PAYLOAD_UNPACKED_LENGTH => return number,
            PAYLOAD_LENGTH => as_it_stands = number,
            _ => {}
        }
    }
}
