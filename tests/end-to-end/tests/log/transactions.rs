//! Transactions of every shape.

use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn only_what_was_committed_is_told_and_savepoints_leave_no_trace() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE u LIKE t");
    let from = stand.end();
    stand.sql("INSERT INTO t VALUES (1, 1), (2, 2)");
    stand.sql("START TRANSACTION; INSERT INTO t VALUES (3, 3); ROLLBACK");
    stand.sql(
        "START TRANSACTION; INSERT INTO t VALUES (4, 4); SAVEPOINT s; INSERT INTO u VALUES (1, 1);
         ROLLBACK TO s; UPDATE t SET v = 5 WHERE id = 4; COMMIT",
    );
    stand.sql("DELETE FROM t WHERE id < 3; UPDATE t SET v = v WHERE id = 4");
    stand.sql("DELETE t, u FROM t LEFT JOIN u ON t.id = u.id");
    let told = stand.told_since(&from).await;
    let one = |inner: &str| format!("begin, table t, {inner}, commit");
    let expected = [one("write"), one("write, table t, update"), one("delete"), one("table u, delete")];
    assert_eq!(told.line(), expected.join(", "));
    let gtids: Vec<u64> = told.begins().map(|begin| begin.gtid.as_ref().unwrap().number).collect();
    assert!(gtids.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{gtids:?}");
}

#[tokio::test]
async fn tables_without_transactions_are_told_too_and_a_rollback_behind_rows_is_not_readable() {
    let stand = Stand::start(MysqlServer::builder().gtid(false)).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB; CREATE TABLE m (id INT PRIMARY KEY) ENGINE=MyISAM");
    let from = stand.end();
    stand.sql("INSERT INTO m VALUES (1), (2)");
    stand.sql("START TRANSACTION; INSERT INTO t VALUES (1); INSERT INTO m VALUES (3); ROLLBACK");
    let told = stand.told_since(&from).await;
    let write = "begin, table m, write, commit";
    assert_eq!(told.line(), format!("{write}, {write}"));
    assert!(told.begins().all(|begin| begin.gtid.is_none()));
}
