//! Proof that everything in the log is visible, for a source without GTIDs.
//!
//! A transaction is in the log before it is visible, and in between InnoDB lists it. So once every transaction of the
//! list has ended that may have been in between, all that was in the log when the list was made is visible.
//! - The list is a copy that the server renews only when nobody has asked for a tenth of a second. It is
//!   known to be new by a transaction of our own that is in it.
//! - One that has changed nothing, which its number tells, is in no log.
//! - One whose session waits for its client's next statement is not in between.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Transaction, TxOpts};

use crate::classify::classify;

const DOING: &str = "waiting until what is in the log is visible";
const POLL: Duration = Duration::from_millis(120);
/// Until the list is new.
const FRESH_WITHIN: Duration = Duration::from_secs(3);
/// Numbers from here on are of transactions that have changed nothing.
const FIRST_READER: u64 = 1 << 48;
const PROCESS_MISSING: u16 = 1227;

/// Transactions by number and session, with what the session does; ours too.
const LISTED: &str = "SELECT t.trx_id, t.trx_mysql_thread_id, CONNECTION_ID(), p.COMMAND \
     FROM information_schema.INNODB_TRX t \
     LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id";

/// Waits until everything that is in the log now is visible; whether that was so in time.
///
/// # Errors
/// Where it cannot be proven.
pub(crate) async fn settle(conn: &mut Conn, patience: Duration) -> Result<bool, PortError> {
    let mut options = TxOpts::default();
    options.with_readonly(true).with_consistent_snapshot(true);
    let failed = |error| of(&error);
    let mut ours = conn.start_transaction(options).await.map_err(failed)?;
    let settled = settled(&mut ours, patience).await;
    ours.rollback().await.map_err(failed)?;
    settled
}

async fn settled(ours: &mut Transaction<'_>, patience: Duration) -> Result<bool, PortError> {
    let begun = Instant::now();
    let mut open = loop {
        if let Some(open) = committing(ours).await? {
            break open;
        }
        if begun.elapsed() >= FRESH_WITHIN {
            return Err(error(
                "the list of transactions is not renewed",
                Retry::After(Duration::from_secs(5)),
            ));
        }
        tokio::time::sleep(POLL).await;
    };
    while !open.is_empty() {
        if begun.elapsed() >= patience {
            return Ok(false);
        }
        tokio::time::sleep(POLL).await;
        if let Some(now) = committing(ours).await? {
            open.retain(|one| now.contains(one));
        }
    }
    Ok(true)
}

/// Transactions that may be in between; none where the list is older than ours.
async fn committing(ours: &mut Transaction<'_>) -> Result<Option<BTreeSet<u64>>, PortError> {
    let rows: Vec<(u64, u64, u64, Option<String>)> = ours.query(LISTED).await.map_err(|error| of(&error))?;
    if !rows.iter().any(|(_, session, us, _)| session == us) {
        return Ok(None);
    }
    let may_be = |(number, session, us, command): &(u64, u64, u64, Option<String>)| {
        // Without a session: prepared for XA, which is looked at elsewhere.
        *number < FIRST_READER && *session != 0 && session != us && command.as_deref() != Some("Sleep")
    };
    Ok(Some(rows.iter().filter(|row| may_be(row)).map(|(number, ..)| *number).collect()))
}

fn of(failed: &mysql_async::Error) -> PortError {
    match failed {
        mysql_async::Error::Server(server) if server.code == PROCESS_MISSING => PortError {
            code: Some(PROCESS_MISSING),
            ..error("the account needs the right PROCESS, or RELOAD, or the source GTIDs", Retry::Operator)
        },
        failed => classify(failed, DOING),
    }
}

fn error(what: &str, retry: Retry) -> PortError {
    PortError {
        surface: Surface::Source,
        code: None,
        summary: format!("{DOING}: {what}"),
        retry,
        effect: Effect::None,
        cause: None,
    }
}
