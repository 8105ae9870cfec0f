//! Every bound, with its unit and where it comes from.
//!
//! Where two sources disagree, the smaller figure stands.

use std::time::Duration;

/// Rows a statement may hold at the target (`lindorm.md` 6: write request).
pub const STATEMENT_ROWS_MAX: usize = 2_000;
/// Rows a statement holds unless asked otherwise (`lindorm.md` 9: 50 to 100 are recommended).
pub const STATEMENT_ROWS: usize = 100;
/// Rows of one statement where the target was not measured: the lower end of what its documentation recommends.
pub const STATEMENT_ROWS_UNMEASURED: u32 = 50;
/// Bytes a write request may hold at the target (`lindorm.md` 6).
pub const REQUEST_BYTES_MAX: usize = 64 << 20;
/// Bytes of values a statement holds at most; far below the request limit, to bound memory on both sides.
pub const STATEMENT_BYTES: usize = 1 << 20;
/// Bytes of values in all statements on their way to the target at once, or one row that alone has more. A driver holds a
/// statement several times over, so this bounds memory where rows are large; small rows never come near it.
pub const STATEMENTS_BYTES_MAX: usize = 8 << 20;
/// Bytes of one non-key value at the target (`lindorm.md` 6, `MAX_NONPK_LEN`).
pub const VALUE_BYTES_MAX: usize = 2 << 20;
/// Bytes of all key values of a row together (`lindorm.md` 4.2; the stricter of two figures).
pub const KEY_BYTES_MAX: usize = 2 << 10;
/// Key columns of a target table (`lindorm.md` 4.2; the stricter of two figures).
pub const KEY_COLUMNS_MAX: usize = 5;
/// Precision of a target DECIMAL (`lindorm.md` 5.1).
pub const DECIMAL_PRECISION_MAX: u32 = 38;
/// The literal `_l_operation_timeout_` of every statement: how long it may still take effect after it was sent.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// The target's own timeout, which counts where the hint cannot be given, as for DDL (`lindorm.md` 1).
pub const DDL_TIMEOUT: Duration = Duration::from_secs(120);
/// Longest piece of work a lease covers before it must be renewed. Every page renews it, and a page takes a few
/// seconds; a shorter span shortens the wait for an unknown former owner and for a killed copier.
pub const LEASE_SPAN_MAX: Duration = Duration::from_secs(10);
/// A page must be written within this time of the start of the SELECT that read it (protocol H9).
pub const PAGE_AGE_MAX: Duration = Duration::from_secs(30);
/// Bytes of source values a page holds at most, so that a few copiers stay within 128 MiB.
pub const PAGE_BYTES_MAX: usize = 4 << 20;
/// Rows a page holds at most.
pub const PAGE_ROWS_MAX: usize = 10_000;
/// The largest packet taken from the source; a larger row ends in a clear error.
pub const SOURCE_PACKET_BYTES_MAX: usize = 64 << 20;
/// Length of a target database name in bytes (`lindorm.md` 4.1).
pub const TARGET_DATABASE_BYTES: std::ops::RangeInclusive<usize> = 4..=16;
/// Writes one checkpoint transaction holds at most (DynamoDB TransactWriteItems: 100 actions).
pub const TRANSACTION_WRITES_MAX: usize = 100;
/// Bytes of all bodies and keys of one checkpoint transaction (DynamoDB TransactWriteItems: 4 MB in all).
pub const TRANSACTION_BYTES_MAX: usize = 4_000_000;
/// Bytes of one checkpoint record's body; below DynamoDB's 400 KB an item, with room for key and version.
pub const RECORD_BODY_BYTES_MAX: usize = 350 << 10;
/// Bytes of a record's partition (DynamoDB partition key).
pub const RECORD_PARTITION_BYTES_MAX: usize = 2_048;
/// Bytes of a record's sort key (DynamoDB sort key).
pub const RECORD_SORT_BYTES_MAX: usize = 1_024;
/// Bytes of one message (SQS quota, 1 MiB since August 2025).
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Characters of a message group or deduplication id (SQS).
pub const MESSAGE_ID_CHARS_MAX: usize = 128;
/// Longest delay of a message (SQS).
pub const MESSAGE_DELAY_MAX: Duration = Duration::from_secs(15 * 60);
/// Longest visibility timeout (SQS).
pub const VISIBILITY_MAX: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a FIFO queue remembers a deduplication id, also of a deleted message (SQS).
pub const DEDUPLICATION_SPAN: Duration = Duration::from_secs(5 * 60);
/// How long a message waits before the queue drops it (SQS default).
pub const MESSAGE_RETENTION: Duration = Duration::from_secs(4 * 24 * 60 * 60);
/// Messages one receive call hands out at most (SQS).
pub const RECEIVE_MESSAGES_MAX: u32 = 10;
/// Bytes of a batch's compressed payload that still fit a message in base64 with its envelope.
pub const BATCH_PAYLOAD_BYTES_MAX: usize = 760 << 10;
/// Bytes of a batch's payload before compression, beyond which a payload is taken for damaged: one row of the largest
/// source packet, twice, with room to spare.
pub const BATCH_RAW_BYTES_MAX: usize = 160 << 20;
/// Longest time a lane that does not move is left before its changes are shipped again (protocol H10).
pub const STALL_PATIENCE_MAX: Duration = Duration::from_secs(15 * 60);
