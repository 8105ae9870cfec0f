//! A source whose log cannot be followed, or not safely, as precheck of a real server tells it.

use servers::MysqlServer;

use crate::misuse::stage::{Broken, task_of};
use crate::stage::{Ended, lindorm};

const DATABASE: &str = "log_settings";

/// What `ferry precheck` says of a run that follows the log of this server, as this account.
fn precheck(server: &MysqlServer, user: &str, more: &str) -> Ended {
    let objects = format!("  - {{ database: {DATABASE} }}\n");
    let source = format!("user: {user}, tls: {{ mode: disabled }}");
    let broken = Broken { source: &source, objects: &objects, more, ..Broken::default() };
    let document = broken.at(&server.port().to_string(), &lindorm().port().to_string());
    let following = document.replace("migration: full\n", "migration: full_and_incremental\n");
    task_of(&following).ferry("precheck", &[])
}

/// The findings above the passing level, by level and code.
fn stopping(ended: &Ended) -> Vec<String> {
    let head = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    let lines = ended.out.lines().filter(|line| line.starts_with("FAIL  ") || line.starts_with("ALERT  "));
    let mut found: Vec<String> = lines.filter_map(head).collect();
    found.sort();
    found
}

fn tables(server: &MysqlServer) {
    server
        .sql(&format!(
            "CREATE DATABASE {DATABASE}; CREATE TABLE {DATABASE}.plain (k INT PRIMARY KEY, note INT)"
        ))
        .expect("the tables are made");
}

#[test]
fn a_log_that_lacks_changes_is_refused_setting_by_setting() {
    let server = MysqlServer::builder()
        .gtid(false)
        .option("--binlog-format=MIXED")
        .option("--binlog-row-image=MINIMAL")
        .option("--binlog-row-value-options=PARTIAL_JSON")
        .option("--binlog-expire-logs-seconds=3600")
        .option("--server-id=0")
        .start()
        .expect("MySQL starts");
    tables(&server);
    let refused = precheck(&server, "root", "").expect(3);
    assert_eq!(
        stopping(&refused),
        [
            "ALERT binlog_retention",
            "ALERT gtid_mode",
            "ALERT sync_binlog",
            "FAIL binlog_format",
            "FAIL binlog_row_image",
            "FAIL binlog_row_value_options",
            "FAIL server_id",
        ],
        "{}",
        refused.out
    );
    assert!(refused.out.contains("SET GLOBAL binlog_row_image = 'FULL';"), "{}", refused.out);
}

#[test]
fn what_an_account_may_not_ask_of_the_log_is_told_with_its_grant() {
    let server = MysqlServer::builder().gtid(false).option("--sync-binlog=1").start().expect("MySQL starts");
    tables(&server);
    server.sql("CREATE USER reader; GRANT SELECT ON *.* TO reader").expect("the account is made");
    let refused = precheck(&server, "reader", "").expect(3);
    let wanted =
        ["ALERT gtid_mode", "ALERT xa_transactions", "FAIL replication_grants", "FAIL start_position"];
    assert_eq!(stopping(&refused), wanted, "{}", refused.out);
    server
        .sql("GRANT REPLICATION SLAVE, REPLICATION CLIENT, RELOAD, XA_RECOVER_ADMIN ON *.* TO reader")
        .expect("the rights are given");
    let accepted = precheck(&server, "reader", "ignore: [gtid_mode]\n").expect(0);
    assert_eq!(stopping(&accepted), [""; 0], "{}", accepted.out);
    server
        .sql(&format!("XA START 'x'; INSERT INTO {DATABASE}.plain VALUES (1, 1); XA END 'x'; XA PREPARE 'x'"))
        .ok();
    let prepared = precheck(&server, "reader", "ignore: [gtid_mode]\n").expect(3);
    assert_eq!(stopping(&prepared), ["ALERT xa_transactions"], "{}", prepared.out);
}

#[test]
fn a_source_without_a_log_is_refused() {
    let server = MysqlServer::builder().option("--skip-log-bin").start().expect("MySQL starts");
    tables(&server);
    let refused = precheck(&server, "root", "").expect(3);
    assert!(stopping(&refused).contains(&"FAIL binlog_enabled".to_owned()), "{}", refused.out);
}
