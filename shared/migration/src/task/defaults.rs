//! What a key means when the document does not have it, and within which bounds it may be set.
//!
//! Each number stands here once, with its reason; the parser, the messages and the JSON Schema follow.

use super::endpoint::TlsMode;
use super::policy::{BadRowPolicy, NameCase, NotEmptyPolicy, UnsupportedDdl};
use super::quantity::{ByteSize, TimeSpan};
use crate::value::ZeroDates;

/// MySQL's registered port.
pub const SOURCE_PORT: u16 = 3306;

/// The port of LindormTable's MySQL-compatible endpoint.
pub const TARGET_PORT: u16 = 33060;

/// The strictest mode: whoever wants less says so in the document, where a reviewer can see it.
pub const TLS_MODE: TlsMode = TlsMode::VerifyIdentity;

/// Every table of the database: an owner who names a database means all of it.
pub const INCLUDE: &str = "*";

/// As on the source: the only choice that cannot make two names equal.
pub const NAME_CASE: NameCase = NameCase::Preserve;

/// Missing tables are made, since nearly every owner wants the whole database moved, and making one destroys
/// nothing.
pub const CREATE_TABLES: bool = true;

/// Rows of somebody else are never written over unasked.
pub const IF_NOT_EMPTY: NotEmptyPolicy = NotEmptyPolicy::Fail;

/// Nothing is left out without the owner having said that it may be.
pub const ON_BAD_ROW: BadRowPolicy = BadRowPolicy::Fail;

/// NULL is what MySQL's own strict mode would have had in place of a zero date; each one is counted.
pub const ZERO_DATES: ZeroDates = ZeroDates::Null;

/// A chunk of this size is 30 to 60 seconds of work, so that no long one is left over at the end.
pub const CHUNK_BYTES: ByteSize = ByteSize::from_mebibytes(64);

/// Below this a chunk's own bookkeeping costs more than its rows; small values serve tests.
pub const CHUNK_BYTES_MIN: ByteSize = ByteSize::from_kibibytes(1);

/// Above this a chunk no longer fits the life of one invocation.
pub const CHUNK_BYTES_MAX: ByteSize = ByteSize::from_mebibytes(4096);

/// Keeps a small target busy without taking more than four connections from the owner's source.
pub const COPIERS: u16 = 4;

/// The most that share one source without a pool of connections of its own.
pub const COPIERS_MAX: u16 = 64;

/// Covers the clock difference of target nodes that are kept in step by NTP, with a wide reserve.
pub const STAMP_MARGIN: TimeSpan = TimeSpan::from_millis(2_000);

/// Below this the margin no longer covers clock differences that are seen on healthy machines.
pub const STAMP_MARGIN_MIN: TimeSpan = TimeSpan::from_millis(100);

/// Nodes that differ by more have no clock to speak of.
pub const STAMP_MARGIN_MAX: TimeSpan = TimeSpan::from_millis(600_000);

/// Enough that four appliers always find a lane that is not waiting for its spacing.
pub const LANES: u16 = 16;

/// Above this the lanes' records no longer fit one read.
pub const LANES_MAX: u16 = 128;

/// Keeps a small target busy beside the copiers.
pub const APPLIERS: u16 = 4;

/// More appliers than lanes have nothing to do.
pub const APPLIERS_MAX: u16 = 64;

/// Covers the clock difference of target nodes that are kept in step by NTP, and small steps back.
pub const WRITE_SPACING: TimeSpan = TimeSpan::from_millis(250);

/// A target of one node needs only that two writes do not share a millisecond.
pub const WRITE_SPACING_MIN: TimeSpan = TimeSpan::from_millis(2);

/// Nodes that differ by more have no clock to speak of.
pub const WRITE_SPACING_MAX: TimeSpan = TimeSpan::from_millis(60_000);

/// An owner sleeps through a night of a broken network without losing the task.
pub const RETRY_CONNECTIONS: TimeSpan = TimeSpan::from_millis(12 * 3_600_000);

/// Below this a restart of either server would fail the task.
pub const RETRY_CONNECTIONS_MIN: TimeSpan = TimeSpan::from_millis(10 * 60_000);

/// Past a day the binary log may be gone.
pub const RETRY_MAX: TimeSpan = TimeSpan::from_millis(24 * 3_600_000);

/// What does not pass within minutes seldom passes by itself.
pub const RETRY_OTHER: TimeSpan = TimeSpan::from_millis(10 * 60_000);

/// Below this a single throttled minute would fail the task.
pub const RETRY_OTHER_MIN: TimeSpan = TimeSpan::from_millis(60_000);

/// Nothing is left out without the owner having said that it may be.
pub const UNSUPPORTED_DDL: UnsupportedDdl = UnsupportedDdl::Stop;

/// The most labels of one task; they travel in every report.
pub const LABELS_MAX: usize = 64;

/// The longest label key, in characters.
pub const LABEL_KEY_CHARS_MAX: usize = 64;

/// The longest label value, in characters.
pub const LABEL_VALUE_CHARS_MAX: usize = 256;
