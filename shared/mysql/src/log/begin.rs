//! The event a transaction begins with: its GTID, and when it was committed.

use migration::gtid::Gtid;
use migration::time::UnixMs;
use mysql_common_client::binlog::BinlogCtx;
use mysql_common_client::binlog::consts::BinlogVersion::Version4;
use mysql_common_client::binlog::events::{FormatDescriptionEvent, GtidEvent};
use mysql_common_client::io::ParseBuf;
use mysql_common_client::proto::MyDeserialize as _;

use crate::log::raw_event::{RawEvent, kind};

/// What the event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// None for an anonymous transaction.
    pub(crate) gtid: Option<Gtid>,
    /// By the clock of the server that is read: a replica's own commit, not its source's.
    pub(crate) committed_at: UnixMs,
}

/// Reads a GTID event of any of the three kinds; none where it ends too early.
pub(crate) fn head(event: &RawEvent<'_>) -> Option<Head> {
    let format = FormatDescriptionEvent::new(Version4);
    let context = BinlogCtx::new(event.payload.len(), &format, event.kind);
    let parsed = GtidEvent::deserialize(context, &mut ParseBuf(event.payload)).ok()?;
    let committed_at = match parsed.immediate_commit_timestamp() {
        // Servers before 8.0 do not tell.
        0 => header_time(event),
        microseconds => UnixMs(microseconds / 1000),
    };
    if event.kind == kind::ANONYMOUS_GTID {
        return Some(Head { gtid: None, committed_at });
    }
    let mut origin = uuid(parsed.sid());
    if let Some(tag) = parsed.tag() {
        origin.push(':');
        origin.push_str(&tag.to_string());
    }
    Some(Head { gtid: Some(Gtid { origin, number: parsed.gno() }), committed_at })
}

/// The header's time, which counts whole seconds.
pub(crate) fn header_time(event: &RawEvent<'_>) -> UnixMs {
    UnixMs(u64::from(event.time) * 1000)
}

fn uuid(bytes: [u8; 16]) -> String {
    uuid::Uuid::from_bytes(bytes).to_string()
}
