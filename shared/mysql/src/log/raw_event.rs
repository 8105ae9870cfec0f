//! An event as it stands in the log: its header's fields and its payload, without the checksum.

use mysql_common_client::binlog::events::Event;

/// The event's kinds that are looked at, by their numbers (`Log_event_type` of the server).
pub(crate) mod kind {
    pub(crate) const QUERY: u8 = 2;
    pub(crate) const STOP: u8 = 3;
    pub(crate) const ROTATE: u8 = 4;
    pub(crate) const INTVAR: u8 = 5;
    pub(crate) const APPEND_BLOCK: u8 = 9;
    pub(crate) const DELETE_FILE: u8 = 11;
    pub(crate) const RAND: u8 = 13;
    pub(crate) const USER_VAR: u8 = 14;
    pub(crate) const FORMAT_DESCRIPTION: u8 = 15;
    pub(crate) const XID: u8 = 16;
    pub(crate) const BEGIN_LOAD_QUERY: u8 = 17;
    pub(crate) const EXECUTE_LOAD_QUERY: u8 = 18;
    pub(crate) const TABLE_MAP: u8 = 19;
    pub(crate) const WRITE_ROWS_V1: u8 = 23;
    pub(crate) const DELETE_ROWS_V1: u8 = 25;
    pub(crate) const INCIDENT: u8 = 26;
    pub(crate) const HEARTBEAT: u8 = 27;
    pub(crate) const IGNORABLE: u8 = 28;
    pub(crate) const ROWS_QUERY: u8 = 29;
    pub(crate) const WRITE_ROWS: u8 = 30;
    pub(crate) const DELETE_ROWS: u8 = 32;
    pub(crate) const GTID: u8 = 33;
    pub(crate) const ANONYMOUS_GTID: u8 = 34;
    pub(crate) const PREVIOUS_GTIDS: u8 = 35;
    pub(crate) const TRANSACTION_CONTEXT: u8 = 36;
    pub(crate) const VIEW_CHANGE: u8 = 37;
    pub(crate) const XA_PREPARE: u8 = 38;
    pub(crate) const PARTIAL_UPDATE_ROWS: u8 = 39;
    pub(crate) const TRANSACTION_PAYLOAD: u8 = 40;
    pub(crate) const HEARTBEAT_V2: u8 = 41;
    pub(crate) const GTID_TAGGED: u8 = 42;
}

/// The event was made for this stream and is in no file.
const ARTIFICIAL: u16 = 0x20;
/// A reader that does not know the event may pass over it.
const IGNORABLE: u16 = 0x80;

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawEvent<'a> {
    /// What it is.
    pub(crate) kind: u8,
    /// Seconds since 1970 in its header.
    pub(crate) time: u32,
    /// The server that wrote it first.
    pub(crate) server_id: u32,
    /// Its whole length in the file, or in the payload it is inside of.
    pub(crate) length: u32,
    /// Where it ends in its file, as its header says: the lowest 32 bits.
    pub(crate) log_pos: u32,
    /// The header's flags.
    pub(crate) flags: u16,
    /// What follows the header, without the checksum.
    pub(crate) payload: &'a [u8],
}

impl<'a> RawEvent<'a> {
    /// The driver's event.
    pub(crate) fn of(event: &'a Event) -> Self {
        let header = event.header();
        Self {
            kind: header.event_type_raw(),
            time: header.timestamp(),
            server_id: header.server_id(),
            length: header.event_size(),
            log_pos: header.log_pos(),
            flags: header.flags_raw(),
            payload: event.data(),
        }
    }

    /// Whether it was made for this stream and takes no place in the file.
    pub(crate) fn is_artificial(&self) -> bool {
        self.flags & ARTIFICIAL != 0
    }

    /// Whether it may be passed over by who does not know it.
    pub(crate) fn is_ignorable(&self) -> bool {
        self.flags & IGNORABLE != 0
    }

    /// Whether it proves that the server has nothing more.
    pub(crate) fn is_heartbeat(&self) -> bool {
        matches!(self.kind, kind::HEARTBEAT | kind::HEARTBEAT_V2)
    }
}
