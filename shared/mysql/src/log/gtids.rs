//! What the server has executed, and what it is just about to.

use migration::gtid::GtidSet;
use migration::port::PortError;
use mysql_async::Conn;

use crate::classify::fault;
use crate::log::files::rows;

const DOING: &str = "asking what the source has executed";

/// Who the server is, and whether every transaction of its log has a GTID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// `@@server_uuid`, empty where there is none.
    pub(crate) server_uuid: String,
    /// `gtid_mode=ON`.
    pub(crate) has_gtids: bool,
}

pub(crate) async fn identity(conn: &mut Conn) -> Result<Identity, PortError> {
    let statement = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'gtid_mode')";
    let rows = rows(conn, statement, "asking who the source is").await?;
    let of = |name: &str| {
        let row = rows.iter().find(|row| row.text_or_empty(0) == name);
        row.map(|row| row.text_or_empty(1)).unwrap_or_default()
    };
    Ok(Identity { server_uuid: of("server_uuid"), has_gtids: of("gtid_mode") == "ON" })
}

/// `@@gtid_executed`: committed, and visible.
pub(crate) async fn executed(conn: &mut Conn) -> Result<GtidSet, PortError> {
    set(&variable(conn, "gtid_executed").await?)
}

/// Every transaction that is executed, or has its GTID and is about to be.
///
/// All that is in the log now is in it: a transaction gets its GTID before it is written there, and keeps it as its
/// owner's until it counts as executed. So asking for the owned ones first misses none.
pub(crate) async fn executed_or_owned(conn: &mut Conn) -> Result<GtidSet, PortError> {
    let mut all = set(&without_owners(&variable(conn, "gtid_owned").await?))?;
    all.add_all(&executed(conn).await?);
    Ok(all)
}

async fn variable(conn: &mut Conn, name: &str) -> Result<String, PortError> {
    let rows = rows(conn, &format!("SELECT @@GLOBAL.{name}"), DOING).await?;
    Ok(rows.first().map(|row| row.text_or_empty(0)).unwrap_or_default())
}

fn set(text: &str) -> Result<GtidSet, PortError> {
    text.parse().map_err(|_| fault(format!("{DOING}: the answer is no set of GTIDs")))
}

/// The set without the session numbers, which stand as `#12` behind each transaction.
fn without_owners(owned: &str) -> String {
    let mut rest = owned;
    let mut text = String::new();
    while let Some((kept, behind)) = rest.split_once('#') {
        text.push_str(kept);
        rest = behind.trim_start_matches(|owner: char| owner.is_ascii_digit());
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::without_owners;

    #[test]
    fn owners_are_left_out() {
        let uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        let owned = format!("{uuid}:23#10:24#4294967296,\n{uuid}:tag:7#3");
        assert_eq!(without_owners(&owned), format!("{uuid}:23:24,\n{uuid}:tag:7"));
        assert_eq!(without_owners(""), "");
    }
}
