//! Opening the log at a place, and finding out why where that fails.
//!
//! A dump that is refused has one error number for many causes and a text that is not ours to read. The server's list
//! of files tells them apart: a file that is not there any more, a file or a place that is not there yet, or neither.
//!
//! Each connection calls itself by a new UUID and a random server id. The server ends an older dump of the same name,
//! so two readers never end each other's.

use std::time::Duration;

use migration::port::{LOGIN_REFUSED, LogGone, OpenAt, PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::prelude::Queryable as _;
use mysql_async::{BinlogStreamRequest, Conn, Error};
use tokio::time::timeout;

use crate::classify::{classify, fault};
use crate::log::cursor::Cursor;
use crate::log::file_name::file_number;
use crate::log::files::{LogFile, files};
use crate::log::follow::{DUMP_FAILED, Follower, HEARTBEAT};
use crate::log::statement::Reading;
use crate::session::Source;

const DOING: &str = "opening the log";
/// Random server ids lie above what people give their servers.
const SERVER_ID_MIN: u32 = 0x8000_0000;
/// Another replica may have the same id by chance.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(200);

/// Opens the log.
pub(crate) async fn open(source: &Source, at: &OpenAt) -> Result<Result<Follower, LogGone>, PortError> {
    if u32::try_from(at.place.offset).is_err() {
        return Err(fault(format!("{DOING}: it cannot be opened beyond 4 GiB of a file")));
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        match timeout(source.connect_timeout(), dump(source, at)).await {
            Err(_) => return Err(refused("it took too long", None, Retry::Now)),
            Ok(Ok(opened)) => return opened.map(Ok),
            Ok(Err(Error::Server(error))) if error.code == DUMP_FAILED => {
                if let Some(gone) = gone(&files(source).await?, at) {
                    return Ok(Err(gone));
                }
                if attempt == ATTEMPTS {
                    let what = format!("the server refuses, though it has the place (error {DUMP_FAILED})");
                    return Err(refused(&what, Some(DUMP_FAILED), Retry::After(Duration::from_secs(5))));
                }
                tokio::time::sleep(BETWEEN_ATTEMPTS).await;
            }
            // The account has logged in; a server says the same of a right that it lacks.
            Ok(Err(Error::Server(error))) if error.code == LOGIN_REFUSED => {
                let what = format!("the account lacks the right REPLICATION SLAVE (error {LOGIN_REFUSED})");
                return Err(refused(&what, Some(LOGIN_REFUSED), Retry::Operator));
            }
            Ok(Err(error)) => return Err(classify(&error, DOING)),
        }
    }
}

async fn dump(source: &Source, at: &OpenAt) -> Result<Result<Follower, PortError>, Error> {
    let cursor = match Cursor::new(&at.file_name, at.place.offset) {
        Ok(cursor) => cursor,
        Err(error) => return Ok(Err(fault(format!("{DOING}: {error}")))),
    };
    let mut conn = match Conn::new(source.options().clone()).await {
        Ok(conn) => conn,
        Err(error) => return Ok(Err(source.unconnected(&error, DOING))),
    };
    let period = HEARTBEAT.as_nanos();
    conn.query_drop(format!(
        "SET @source_heartbeat_period = {period}, @master_heartbeat_period = {period}, \
         @source_binlog_checksum = 'CRC32'"
    ))
    .await?;
    conn.query_drop("SET @replica_uuid = UUID()").await?;
    conn.query_drop("SET @slave_uuid = @replica_uuid").await?;
    let found: Option<(String, u8)> = conn.query_first("SELECT VERSION(), @@lower_case_table_names").await?;
    let reading = found.map_or_else(Reading::default, |(version, names)| Reading::of(&version, names));
    let request = BinlogStreamRequest::new(server_id())
        .with_filename(at.file_name.as_bytes())
        .with_pos(at.place.offset);
    let stream = conn.get_binlog_stream(request).await?;
    let mut follower = Follower::new(source.clone(), stream, cursor, reading);
    Ok(follower.greet().await?.map(|()| follower))
}

fn server_id() -> u32 {
    // Without randomness the time will do: a clash is tried again.
    SERVER_ID_MIN | getrandom::u32().unwrap_or_else(|_| std::process::id())
}

/// Why the place is not there; none where it is.
fn gone(files: &[LogFile], at: &OpenAt) -> Option<LogGone> {
    let oldest = || files.first().map(|file| file.name.clone());
    match files.iter().find(|file| file.name == at.file_name) {
        Some(file) if at.place.offset > file.bytes => Some(LogGone::Beyond),
        Some(_) => None,
        None => {
            let newest = files.last().and_then(|file| file_number(&file.name));
            let is_ahead = newest.is_none_or(|newest| newest < at.place.file);
            Some(if is_ahead { LogGone::Beyond } else { LogGone::Purged { oldest: oldest() } })
        }
    }
}

fn refused(what: &str, code: Option<u16>, retry: Retry) -> PortError {
    PortError {
        surface: Surface::Source,
        code,
        summary: format!("{DOING}: {what}"),
        retry,
        effect: Effect::None,
        cause: None,
    }
}
