//! What may have changed rows and cannot be read is said, with the tables it may concern.

use migration::port::LogEvent;
use servers::MysqlServer;

use crate::log::stand::{Stand, Told};

fn unreadable(told: &Told) -> Vec<Vec<String>> {
    let tables = |event: &LogEvent| match event {
        LogEvent::Unreadable { tables, .. } => {
            Some(tables.iter().map(|table| table.table.as_str().to_owned()).collect())
        }
        _ => None,
    };
    told.events.iter().filter_map(tables).collect()
}

#[tokio::test]
async fn rows_changed_by_statements_and_by_differences_are_not_passed_over() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY, j JSON)");
    let from = stand.end();
    stand.sql(
        "SET SESSION binlog_format = STATEMENT; INSERT INTO t VALUES (1, '{\"a\": [1, 2, 3], \"b\": 2}')",
    );
    stand.sql("SET SESSION binlog_row_value_options = PARTIAL_JSON; UPDATE t SET j = JSON_SET(j, '$.b', 3)");
    stand.sql("INSERT INTO t VALUES (2, NULL)");
    let told = stand.told_since(&from).await;
    assert_eq!(unreadable(&told).len(), 2, "{}", told.line());
    assert_eq!(unreadable(&told)[1], ["t"]);
    assert_eq!(told.begins().count(), 3);
    assert!(told.line().ends_with("begin, table t, write, commit"));
}
