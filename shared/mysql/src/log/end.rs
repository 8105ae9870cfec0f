//! Where the log ends, and whether everything up to there is visible.

use std::time::{Duration, Instant};

use migration::mutation::{Rule, is_left_out};
use migration::port::{LogEnd, PortError, Surface};
use migration::retry::{Effect, Retry};

use crate::log::files::newest;
use crate::log::gtids::{executed, executed_or_owned, identity};
use crate::log::settled::settle;
use crate::session::Source;

/// For transactions that have their GTID and are not visible yet; a few milliseconds, unless one is stuck.
const COMMIT_PATIENCE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(10);
const SETTLE_PATIENCE: Duration = Duration::from_secs(5);

/// Where the log ends now.
///
/// Its set holds everything in the log up to there. It is `@@gtid_executed` once that holds it, and lists what is about
/// to be executed too where that takes long.
pub(crate) async fn end(source: &Source) -> Result<LogEnd, PortError> {
    let mut session = source.session().await?;
    let conn = &mut session.conn;
    let identity = identity(conn).await?;
    let place = newest(conn).await?.place;
    let mut all = None;
    if identity.has_gtids {
        let needed = executed_or_owned(conn).await?;
        let begun = Instant::now();
        all = loop {
            let now = executed(conn).await?;
            if now.contains_all(&needed) {
                break Some(now);
            }
            if begun.elapsed() >= COMMIT_PATIENCE {
                break Some(needed);
            }
            tokio::time::sleep(POLL).await;
        };
    }
    Ok(LogEnd { place, executed: all, server_uuid: identity.server_uuid })
}

/// Whether a SELECT that starts now sees everything up to the end.
pub(crate) async fn is_visible(source: &Source, end: &LogEnd) -> Result<bool, PortError> {
    if is_left_out(Rule::RecopyVisible) {
        return Ok(true);
    }
    let mut session = source.session().await?;
    let conn = &mut session.conn;
    if let Some(needed) = &end.executed {
        return Ok(executed(conn).await?.contains_all(needed));
    }
    if identity(conn).await?.server_uuid != end.server_uuid {
        return Err(PortError {
            surface: Surface::Source,
            code: None,
            summary: "asking what is visible: the source is another server, and has no GTIDs".to_owned(),
            retry: Retry::Operator,
            effect: Effect::None,
            cause: None,
        });
    }
    settle(conn, SETTLE_PATIENCE).await
}
