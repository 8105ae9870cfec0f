//! Every bound, with its unit and where it comes from.
//!
//! Where two sources disagree, the smaller figure stands.

use std::time::Duration;

/// Rows a statement may hold at the target (`lindorm.md` 6: write request).
pub const STATEMENT_ROWS_MAX: usize = 2_000;
/// Rows a statement holds unless asked otherwise (`lindorm.md` 9: 50 to 100 are recommended).
pub const STATEMENT_ROWS: usize = 100;
/// Bytes a write request may hold at the target (`lindorm.md` 6).
pub const REQUEST_BYTES_MAX: usize = 64 << 20;
/// Bytes of values a statement holds at most; far below the request limit, to bound memory on both sides.
pub const STATEMENT_BYTES: usize = 1 << 20;
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
/// Longest piece of work a lease covers before it must be renewed (design section 3).
pub const LEASE_SPAN_MAX: Duration = Duration::from_secs(30);
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
