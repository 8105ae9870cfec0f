//! What a failure of SQLite leaves open, by its result code.
//!
//! A failure inside a transaction has no effect, because the transaction is rolled back; only a failed COMMIT
//! leaves it open. The cause never carries a bound value: SQLite's own texts do not.

use std::time::Duration;

use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A pause after the file was locked for longer than the busy timeout.
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// A failed call, by what SQLite said.
pub(crate) fn failed(surface: Surface, error: &rusqlite::Error, effect: Effect) -> PortError {
    match error.sqlite_error() {
        Some(code) => failed_with(surface, *code, effect),
        // A stored value of another type than this program writes.
        None => PortError {
            surface,
            code: None,
            summary: "the data folder's database holds something unexpected".to_owned(),
            retry: Retry::Operator,
            effect,
            cause: None,
        },
    }
}

/// A failed call, by SQLite's result code.
pub(crate) fn failed_with(surface: Surface, error: ffi::Error, effect: Effect) -> PortError {
    let (summary, retry) = match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            ("the data folder's database is busy", Retry::After(BUSY_PAUSE))
        }
        ErrorCode::DiskFull => ("the disk of the data folder is full", Retry::Operator),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            ("the data folder's database is damaged", Retry::Operator)
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            ("the data folder's database may not be written", Retry::Operator)
        }
        ErrorCode::SystemIoFailure => ("the disk of the data folder failed", Retry::Operator),
        _ => ("the data folder's database failed", Retry::Operator),
    };
    let cause: Option<Box<dyn std::error::Error + Send + Sync>> = Some(Box::new(error));
    PortError {
        surface,
        code: u16::try_from(error.extended_code).ok(),
        summary: summary.to_owned(),
        retry,
        effect,
        cause,
    }
}

/// The thread that owns the connection is gone, which only a panic in it explains.
pub(crate) fn gone(surface: Surface, effect: Effect) -> PortError {
    let summary = "the data folder's database was closed".to_owned();
    PortError { surface, code: None, summary, retry: Retry::Operator, effect, cause: None }
}
