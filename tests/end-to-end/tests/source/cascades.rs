//! Whether the log of a real server holds the rows that a foreign key changes by itself: what precheck goes by.

use migration::port::SourceCatalog as _;
use mysql::Source;
use servers::MysqlServer;

use crate::source::fixture::settings;

/// What the server says of itself: OFF where the SQL layer carries out foreign keys, nothing where it is older.
async fn native(server: &MysqlServer) -> Option<String> {
    let facts = Source::connect(&settings(server), 1).await.unwrap().facts().await.unwrap();
    assert_eq!((facts.is_replica, facts.prepared_transactions), (Some(false), Some(0)));
    facts.variables.get("innodb_native_foreign_keys").cloned()
}

/// How many rows events the log has of `DELETE FROM p` and `UPDATE p`, each of which changes rows of `c` too.
fn rows_events(server: &MysqlServer) -> usize {
    server
        .sql(
            "CREATE DATABASE cascades; USE cascades; CREATE TABLE p (k INT PRIMARY KEY); \
             CREATE TABLE c (k INT PRIMARY KEY, p INT, \
             FOREIGN KEY (p) REFERENCES p (k) ON DELETE CASCADE ON UPDATE SET NULL); \
             INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 1), (3, 2); FLUSH BINARY LOGS; \
             DELETE FROM p WHERE k = 1; UPDATE p SET k = 9 WHERE k = 2;",
        )
        .unwrap();
    assert_eq!(server.sql("SELECT COUNT(*), COUNT(p) FROM cascades.c").unwrap().trim(), "1\t0");
    let logs = server.sql("SHOW BINARY LOGS").unwrap();
    let newest = logs.lines().last().and_then(|line| line.split('\t').next()).unwrap();
    let events = server.sql(&format!("SHOW BINLOG EVENTS IN '{newest}'")).unwrap();
    events.lines().filter(|line| line.contains("\tDelete_rows\t") || line.contains("\tUpdate_rows\t")).count()
}

#[tokio::test]
async fn the_log_holds_what_foreign_keys_change_where_the_server_says_that_they_are_not_the_engines() {
    for option in ["--loose-innodb-native-foreign-keys=OFF", "--loose-innodb-native-foreign-keys=ON"] {
        let server = MysqlServer::builder().option(option).start().unwrap();
        let is_logged = native(&server).await.as_deref() == Some("OFF");
        assert_eq!(rows_events(&server), if is_logged { 4 } else { 2 }, "{option}");
    }
}
