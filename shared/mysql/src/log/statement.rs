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

/// How the server reads statements, whatever they were written under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Its version as one number, 80045 for 8.0.45.
    pub(crate) version: Option<u32>,
    /// Whether it stores names of databases and tables in lower case.
    pub(crate) lowercase_names: bool,
}

impl Reading {
    /// From `VERSION()` and `lower_case_table_names`.
    pub(crate) fn of(version: &str, lower_case_table_names: u8) -> Self {
        let mut parts = version.split(|character: char| !character.is_ascii_digit()).map(str::parse::<u32>);
        let mut next = || parts.next().and_then(Result::ok).filter(|part| *part < 100);
        let mut number = || Some(next()? * 10_000 + next()? * 100 + next()?);
        Self { version: number(), lowercase_names: lower_case_table_names == 1 }
    }
}

/// What the statement does.
pub(crate) fn effect(query: &Query<'_>, reading: Reading) -> Effect {
    let settings = query.settings();
    let (Ok(database), Some(sql)) = (std::str::from_utf8(query.database), query.sql(settings)) else {
        let what = "a statement in a character set that cannot be converted";
        return Effect::Unreadable(Vec::new(), what.to_owned());
    };
    let context = StatementContext {
        database,
        sql_mode: settings.sql_mode,
        explicit_timestamps: settings.explicit_timestamps,
        server_version: reading.version,
        lowercase_names: reading.lowercase_names,
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
pub(crate) fn loaded_tables(query: &Query<'_>, reading: Reading) -> Vec<TableId> {
    match effect(query, reading) {
        Effect::Unreadable(tables, _) => tables,
        Effect::Nothing | Effect::Defines(..) => Vec::new(),
    }
}
