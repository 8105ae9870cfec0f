//! The server's list of log files, where the newest ends, and what had been executed before each.

use migration::gtid::GtidSet;
use migration::port::{OpenAt, PortError};
use migration::position::LogPlace;
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;

use crate::catalog::fields::Fields;
use crate::classify::{classify, fault};
use crate::log::cursor::FIRST_OFFSET;
use crate::log::file_name::file_number;
use crate::session::Source;

/// An encrypted file begins with a header of its own, which counts in its size and in no position.
const ENCRYPTION_HEADER: u64 = 512;
/// `SHOW MASTER STATUS` got its new name in 8.2 and lost the old one in 8.4.
const NEW_NAME_SINCE: (u16, u16, u16) = (8, 2, 0);

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFile {
    /// Its name.
    pub(crate) name: String,
    /// Where it ends.
    pub(crate) bytes: u64,
}

/// All files, the oldest first.
pub(crate) async fn files(source: &Source) -> Result<Vec<LogFile>, PortError> {
    let mut session = source.session().await?;
    files_of(&mut session.conn).await
}

pub(crate) async fn files_of(conn: &mut Conn) -> Result<Vec<LogFile>, PortError> {
    let rows = rows(conn, "SHOW BINARY LOGS", "listing the log's files").await?;
    let file = |row: &Fields| {
        let header = if row.text_or_empty(2) == "Yes" { ENCRYPTION_HEADER } else { 0 };
        let bytes = row.number(1).unwrap_or_default().saturating_sub(header);
        LogFile { name: row.text_or_empty(0), bytes }
    };
    Ok(rows.iter().map(file).collect())
}

/// Behind the newest event, with the file's name.
pub(crate) async fn newest(conn: &mut Conn) -> Result<OpenAt, PortError> {
    const DOING: &str = "asking where the log ends";
    let new_name = conn.server_version() >= NEW_NAME_SINCE;
    let statement = if new_name { "SHOW BINARY LOG STATUS" } else { "SHOW MASTER STATUS" };
    let rows = rows(conn, statement, DOING).await?;
    let row = rows.first().ok_or_else(|| fault(format!("{DOING}: the source keeps no log")))?;
    let (file_name, offset) = (row.text_or_empty(0), row.number(1));
    match (file_number(&file_name), offset) {
        (Some(file), Some(offset)) => Ok(OpenAt { place: LogPlace { file, offset }, file_name }),
        _ => Err(fault(format!("{DOING}: the answer has no file and place"))),
    }
}

/// The start of the newest file before which nothing is outside the set.
pub(crate) async fn file_for(conn: &mut Conn, executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
    for file in files_of(conn).await?.into_iter().rev() {
        let Some(before) = executed_before(conn, &file.name).await? else { continue };
        if executed.contains_all(&before) {
            let number = file_number(&file.name);
            let number = number.ok_or_else(|| fault("a file of the log has a name without a number"))?;
            let place = LogPlace { file: number, offset: FIRST_OFFSET };
            return Ok(Some(OpenAt { place, file_name: file.name }));
        }
    }
    Ok(None)
}

/// What had been executed before the file; none where it does not tell, or is gone meanwhile.
async fn executed_before(conn: &mut Conn, name: &str) -> Result<Option<GtidSet>, PortError> {
    const DOING: &str = "reading what a file of the log begins with";
    /// The second event of a file; a few more cost nothing.
    const EVENTS: usize = 4;
    const GONE: u16 = 1220;
    let quoted = name.replace('\\', "\\\\").replace('\'', "''");
    let statement = format!("SHOW BINLOG EVENTS IN '{quoted}' LIMIT {EVENTS}");
    let rows = match rows(conn, &statement, DOING).await {
        Err(error) if error.code == Some(GONE) => return Ok(None),
        rows => rows?,
    };
    let told = rows.iter().find(|row| row.text_or_empty(2) == "Previous_gtids");
    told.map(|row| row.text_or_empty(5).parse())
        .transpose()
        .map_err(|_| fault(format!("{DOING}: it is no set of GTIDs")))
}

/// The rows of a statement.
pub(crate) async fn rows(conn: &mut Conn, statement: &str, doing: &str) -> Result<Vec<Fields>, PortError> {
    let rows: Vec<mysql_async::Row> = conn.query(statement).await.map_err(|error| classify(&error, doing))?;
    Ok(rows.into_iter().map(Fields::of).collect())
}
