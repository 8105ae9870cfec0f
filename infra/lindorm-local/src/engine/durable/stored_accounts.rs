//! The users as they are stored: JSON with a format number, all of them in one piece.

use serde::{Deserialize, Serialize};

use crate::engine::account::Accounts;

/// Raised with each change of what users are stored as that older versions cannot read.
const FORMAT: u32 = 1;

/// Why stored users cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AccountsFault {
    /// Another version's.
    #[error("they have format {0}, this version reads {FORMAT}")]
    Format(u32),
    /// No users.
    #[error("they are damaged")]
    Damaged,
}

/// The one field that every format has.
#[derive(Debug, Deserialize)]
struct Formatted {
    format: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    accounts: &'a Accounts,
}

#[derive(Deserialize)]
struct Read {
    accounts: Accounts,
}

/// The stored form of all users.
pub(crate) fn written_accounts(accounts: &Accounts) -> String {
    let stored = Written { format: FORMAT, accounts };
    serde_json::to_string(&stored).expect("invariant: names, hashes and privileges are JSON")
}

/// The users of a stored form.
pub(super) fn read(text: &str) -> Result<Accounts, AccountsFault> {
    let damaged = |_| AccountsFault::Damaged;
    let Formatted { format } = serde_json::from_str(text).map_err(damaged)?;
    if format != FORMAT {
        return Err(AccountsFault::Format(format));
    }
    serde_json::from_str(text).map(|read: Read| read.accounts).map_err(damaged)
}
