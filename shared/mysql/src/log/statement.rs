//! What a statement in the log does: the ones that frame a transaction by their text, all others by what they define.
//!
//! The server writes the framing statements itself, always in these words.

use migration::ident::TableId;
use migration::schema::TableChange;

use crate::definition::{Parsed, StatementContext, parse, shortened};
use crate::log::query::Query;

/// A statement that frames a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// BEGIN.
    Begin,
    /// COMMIT, of a transaction on tables that know none.
    Commit,
    /// ROLLBACK, of a transaction that had changed such tables too.
    Rollback,
    /// SAVEPOINT.
    Savepoint,
    /// ROLLBACK TO, behind which earlier rows of the transaction are void.
    RollbackTo,
    /// XA START: the group ends prepared, not committed.
    XaStart,
    /// XA END.
    XaEnd,
    /// XA COMMIT or XA ROLLBACK of a group that was prepared earlier: a transaction of its own.
    XaEnded,
}

impl Frame {
    /// The frame, where the text is one.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"BEGIN" => Self::Begin,
            b"COMMIT" => Self::Commit,
            b"ROLLBACK" => Self::Rollback,
            _ if text.starts_with(b"SAVEPOINT ") => Self::Savepoint,
            _ if text.starts_with(b"ROLLBACK TO ") => Self::RollbackTo,
            _ if text.starts_with(b"XA START ") => Self::XaStart,
            _ if text.starts_with(b"XA END ") => Self::XaEnd,
            _ if text.starts_with(b"XA COMMIT ") || text.starts_with(b"XA ROLLBACK ") => Self::XaEnded,
            _ => return None,
        })
    }
}

/// What any other statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing to tables.
    Nothing,
    /// It defines tables; with the statement, shortened.
    Defines(Vec<TableChange>, String),
    /// It may change rows or tables in a way that cannot be followed.
    Unreadable(Vec<TableId>, String),
}

/// What the statement does.
pub(crate) fn effect(query: &Query<'_>) -> Effect {
    let settings = query.settings();
    let (Ok(database), Some(sql)) = (std::str::from_utf8(query.database), query.sql(settings)) else {
        let what = "a statement in a character set that cannot be converted";
        return Effect::Unreadable(Vec::new(), what.to_owned());
    };
    let context = StatementContext {
        database,
        sql_mode: settings.sql_mode,
        explicit_timestamps: settings.explicit_timestamps,
        ..StatementContext::default()
    };
    match parse(&sql, context) {
        Parsed::Nothing => Effect::Nothing,
        Parsed::Changes(changes) => Effect::Defines(changes, shortened(&sql, context)),
        Parsed::RowsAsText { mentions } => {
            Effect::Unreadable(mentions, "rows changed by a statement, not logged as rows".to_owned())
        }
        Parsed::Unknown { mentions, what } => Effect::Unreadable(mentions, what),
    }
}

/// The tables a statement that loads a file names; none where any may be meant.
pub(crate) fn loaded_tables(query: &Query<'_>) -> Vec<TableId> {
    match effect(query) {
        Effect::Unreadable(tables, _) => tables,
        Effect::Nothing | Effect::Defines(..) => Vec::new(),
    }
}
