//! Transactions that are prepared for XA: none may hang over the start.
//!
//! Its rows stand in the log where it was prepared, in front of the start, and no SELECT shows them before it is
//! committed: they would be lost. What is prepared behind the start is the reader's business, so only those are waited for
//! that are found first, after the position was taken.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error};

use crate::classify::classify;

const PATIENCE: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(100);
/// Some servers want a right of its own, and tell its absence by either number.
const NOT_ALLOWED: [u16; 2] = [1401, 1227];

/// Waits a moment until everything that is prepared now has ended.
///
/// # Errors
/// The operator's, where something stays prepared. Without the right to ask, nothing is said.
pub(crate) async fn ensure_none_prepared(conn: &mut Conn) -> Result<(), PortError> {
    let mut open = prepared(conn).await?;
    let begun = Instant::now();
    while !open.is_empty() {
        if begun.elapsed() >= PATIENCE {
            let (count, verb) = (open.len(), if open.len() == 1 { "is" } else { "are" });
            return Err(PortError {
                surface: Surface::Source,
                code: None,
                summary: format!(
                    "fixing the start in the log: {count} XA transactions {verb} prepared; commit them or \
                     roll them back (XA RECOVER lists them)"
                ),
                retry: Retry::Operator,
                effect: Effect::None,
                cause: None,
            });
        }
        tokio::time::sleep(POLL).await;
        let now = prepared(conn).await?;
        open.retain(|one| now.contains(one));
    }
    Ok(())
}

/// Format, the lengths of the two parts, and the parts: together they name one.
type Listed = (i64, i64, i64, Vec<u8>);

async fn prepared(conn: &mut Conn) -> Result<BTreeSet<Vec<u8>>, PortError> {
    let found: Result<Vec<Listed>, Error> = conn.query("XA RECOVER").await;
    match found {
        Ok(rows) => Ok(rows.into_iter().map(name).collect()),
        Err(Error::Server(error)) if NOT_ALLOWED.contains(&error.code) => Ok(BTreeSet::new()),
        Err(error) => Err(classify(&error, "asking for prepared transactions")),
    }
}

fn name((format, first, second, data): Listed) -> Vec<u8> {
    let mut name = [format, first, second].map(i64::to_le_bytes).concat();
    name.extend(data);
    name
}
