//! Where following the log starts.
//!
//! # Why no change is lost between the copy and the log
//!
//! A transaction is written to the log before a SELECT can see it. So a place in the log alone is no start: one that
//! lies before it may still be invisible to the copy. Three ways make sure that everything in front of the start is visible
//! before the first page is read:
//! 1. *GTID*. `@@gtid_executed` holds only what is visible. Reading starts at a file before which nothing else is, and
//!    passes over the set.
//! 2. *Lock*. Under a global read lock nothing is in between: commits wait for it, and it waits for them. It is held
//!    for one question, in a session of its own that ends with it, and asked for with a wait of a second, because
//!    everybody's changes wait behind it.
//! 3. *Wait*. The place is taken, then everything that was in between at that moment is waited for (`settled`).
//!
//! Whatever is in the log behind the start may be visible to the copy too; it is applied after it and ends equal.

use std::time::Duration;

use migration::mutation::{Rule, is_left_out};
use migration::port::{LogStart, OpenAt, PortError, StartWay, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error};
use tokio::time::timeout;

use crate::classify::{classify, fault};
use crate::log::files::{file_for, newest};
use crate::log::gtids::{executed, identity};
use crate::log::prepared::ensure_none_prepared;
use crate::log::settled::settle;
use crate::session::Source;

const DOING: &str = "fixing the start in the log";
/// For those that are in between when the place is taken.
const SETTLE_PATIENCE: Duration = Duration::from_secs(20);
/// For the lock with its wait of a second, which may count twice, and the question under it.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Fixes the start.
pub(crate) async fn start(source: &Source) -> Result<LogStart, PortError> {
    let mut session = source.session().await?;
    let conn = &mut session.conn;
    let identity = identity(conn).await?;
    let (at, executed, way) = if identity.has_gtids {
        let executed = executed(conn).await?;
        let at = file_for(conn, &executed).await?;
        (
            at.ok_or_else(|| fault(format!("{DOING}: no file of the log tells what is before it")))?,
            Some(executed),
            StartWay::Gtid,
        )
    } else if let Some(at) = under_lock(source).await? {
        (at, None, StartWay::Lock)
    } else {
        (after_wait(conn).await?, None, StartWay::Wait)
    };
    // After the place is taken: what is prepared before it is found, unless it has ended and is visible.
    ensure_none_prepared(conn).await?;
    let (place, file_name, server_uuid) = (at.place, at.file_name, identity.server_uuid);
    Ok(LogStart { place, file_name, executed, server_uuid, way })
}

/// The end of the log under a global read lock; none where the account may not take it, or it is not free at once.
async fn under_lock(source: &Source) -> Result<Option<OpenAt>, PortError> {
    let connecting = timeout(source.connect_timeout(), Conn::new(source.options().clone())).await;
    let Ok(conn) = connecting else { return Ok(None) };
    let mut conn = conn.map_err(|error| source.unconnected(&error, "connecting"))?;
    // The connection is dropped, and the lock with it, wherever this ends.
    let locked = async {
        conn.query_drop("SET SESSION lock_wait_timeout = 1").await?;
        conn.query_drop("FLUSH TABLES WITH READ LOCK").await
    };
    let at = match timeout(LOCK_PATIENCE, locked).await {
        Ok(Ok(())) => newest(&mut conn).await?,
        // Whatever the server says against it, there is another way.
        Err(_) | Ok(Err(Error::Server(_))) => return Ok(None),
        Ok(Err(error)) => return Err(classify(&error, DOING)),
    };
    conn.query_drop("UNLOCK TABLES").await.map_err(|error| classify(&error, DOING))?;
    // Politeness; the server ends the session anyway.
    let _ = conn.disconnect().await;
    Ok(Some(at))
}

async fn after_wait(conn: &mut Conn) -> Result<OpenAt, PortError> {
    let at = newest(conn).await?;
    if is_left_out(Rule::StartVisible) || settle(conn, SETTLE_PATIENCE).await? {
        return Ok(at);
    }
    Err(PortError {
        surface: Surface::Source,
        code: None,
        summary: format!("{DOING}: a transaction that was being committed has not ended"),
        retry: Retry::After(Duration::from_secs(5)),
        effect: Effect::None,
        cause: None,
    })
}
