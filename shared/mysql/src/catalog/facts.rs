//! The server's facts: version, account, rights, protection, and the variables precheck judges.

use std::collections::BTreeMap;

use migration::port::{PortError, SourceFacts, TlsFacts};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

use crate::catalog::fields::Fields;
use crate::catalog::grants::without_secrets;
use crate::classify::{classify, fault};
use crate::session::Source;

/// The variables precheck judges, under the names of all versions; those a server does not have are left out.
const VARIABLES: [&str; 31] = [
    "aurora_version",
    "binlog_expire_logs_seconds",
    "binlog_format",
    "binlog_row_image",
    "binlog_row_metadata",
    "binlog_row_value_options",
    "binlog_transaction_compression",
    "character_set_server",
    "enforce_gtid_consistency",
    "expire_logs_days",
    "gtid_mode",
    "innodb_native_foreign_keys",
    "log_bin",
    "log_bin_compress",
    "log_replica_updates",
    "log_slave_updates",
    "lower_case_table_names",
    "max_allowed_packet",
    "max_execution_time",
    "partial_revokes",
    "read_only",
    "server_id",
    "server_uuid",
    "show_gipk_in_create_table_and_information_schema",
    "sql_mode",
    "sql_require_primary_key",
    "super_read_only",
    "sync_binlog",
    "system_time_zone",
    "time_zone",
    "version_compile_os",
];

/// The variable under which the managed service's own retention is told, in hours, or `null` where none is set.
const MANAGED_RETENTION: &str = "rds_binlog_retention_hours";

pub(crate) async fn facts(source: &Source) -> Result<SourceFacts, PortError> {
    let mut session = source.session().await?;
    let conn = &mut session.conn;
    let identity = rows(conn, "SELECT VERSION(), @@version_comment, CURRENT_USER()").await?;
    let identity = identity.first().ok_or_else(|| fault("asking for the version: no answer"))?;
    let names: Vec<String> = VARIABLES.iter().map(|name| format!("'{name}'")).collect();
    // EncDB is a managed service's addition; its settings have no documented list of names.
    let wanted = format!(
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ({}) OR Variable_name LIKE '%encdb%'",
        names.join(", ")
    );
    let mut variables = pairs(&rows(conn, &wanted).await?);
    let tls = "SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_cipher', 'Ssl_version')";
    let tls = tls_facts(&pairs(&rows(conn, tls).await?));
    let grants = rows(conn, "SHOW GRANTS").await?;
    if let Some(retention) = managed_retention(conn).await {
        variables.insert(MANAGED_RETENTION.to_owned(), retention);
    }
    Ok(SourceFacts {
        version: identity.text_or_empty(0),
        version_comment: identity.text_or_empty(1),
        server_uuid: variables.get("server_uuid").cloned().unwrap_or_default(),
        tls,
        account: identity.text_or_empty(2),
        grants: grants.iter().map(|grant| without_secrets(&grant.text_or_empty(0))).collect(),
        variables,
        is_replica: is_replica(conn).await,
        prepared_transactions: prepared_transactions(conn).await,
    })
}

/// The statement has one name up to version 8.0.21 and another from 8.0.22 on; refused without the right to ask.
async fn is_replica(conn: &mut Conn) -> Option<bool> {
    for sql in ["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"] {
        let found: Result<Vec<Row>, _> = conn.query(sql).await;
        if let Ok(rows) = found {
            return Some(!rows.is_empty());
        }
    }
    None
}

/// Refused without the right to ask, from version 8.0 on.
async fn prepared_transactions(conn: &mut Conn) -> Option<u64> {
    let found: Result<Vec<Row>, _> = conn.query("XA RECOVER").await;
    found.ok().map(|rows| rows.len() as u64)
}

async fn rows(conn: &mut Conn, sql: &str) -> Result<Vec<Fields>, PortError> {
    let rows: Result<Vec<Row>, _> = conn.query(sql).await;
    let rows = rows.map_err(|error| classify(&error, "reading the server's settings"))?;
    Ok(rows.into_iter().map(Fields::of).collect())
}

fn pairs(rows: &[Fields]) -> BTreeMap<String, String> {
    rows.iter().map(|row| (row.text_or_empty(0).to_ascii_lowercase(), row.text_or_empty(1))).collect()
}

fn tls_facts(status: &BTreeMap<String, String>) -> TlsFacts {
    let of = |name: &str| status.get(name).map(String::as_str).unwrap_or_default();
    let encrypted = !of("ssl_cipher").is_empty();
    let detail = format!("{} {}", of("ssl_version"), of("ssl_cipher")).trim().to_owned();
    TlsFacts { encrypted, detail }
}

/// RDS and Aurora keep the binlog as this table says, whatever the variables say. Elsewhere, or without the right to
/// read it, there is no such table: not an error.
async fn managed_retention(conn: &mut Conn) -> Option<String> {
    let sql = "SELECT value FROM mysql.rds_configuration WHERE name = 'binlog retention hours'";
    let found: Result<Vec<Row>, _> = conn.query(sql).await;
    let row = Fields::of(found.ok()?.into_iter().next()?);
    Some(row.text(0).unwrap_or_else(|| "null".to_owned()))
}
