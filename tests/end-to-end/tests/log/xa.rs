//! Transactions in two phases.

use migration::port::ChangeLog as _;
use migration::retry::Retry;
use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn a_prepared_transaction_is_named_before_its_rows_and_none_hangs_over_a_start() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    stand.sql("XA START 'a'; INSERT INTO t VALUES (1); XA END 'a'; XA PREPARE 'a'");
    let refused = stand.source.start().await.unwrap_err();
    assert_eq!(refused.retry, Retry::Operator);
    assert!(refused.to_string().contains("1 XA transactions"), "{refused}");
    stand.sql("XA COMMIT 'a'");
    stand.sql("XA START 'b'; INSERT INTO t VALUES (2); XA END 'b'; XA COMMIT 'b' ONE PHASE");
    stand.sql("XA START 'c'; INSERT INTO t VALUES (3); XA END 'c'; XA PREPARE 'c'; XA ROLLBACK 'c'");
    stand.source.start().await.unwrap();
    let group = "begin, prepared, table t, write, commit";
    let expected = format!("{group}, begin, commit, {group}, {group}, begin, commit");
    assert_eq!(stand.told_since(&from).await.line(), expected);
}
