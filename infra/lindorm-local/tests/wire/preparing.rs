//! Rule 5 where a switch decides: what a statement may hold depends on whether it is typed or prepared.

use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;

use super::{connect, refusal, start};

fn assuming(setting: &str) -> Options {
    let mut options = Options::default();
    options.engine.assumptions.assume(setting).expect("a known setting");
    options
}

const TABLE: &str = "CREATE TABLE t (id BIGINT, a BIGINT, PRIMARY KEY (id))";
const HINTED: &str = "UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1)";

#[tokio::test]
async fn a_hint_that_prepared_statements_must_not_have_still_works_in_typed_text() {
    let server = start(assuming("hints_when_prepared=refused"));
    let mut conn = connect(&server).await;
    conn.query_drop(TABLE).await.unwrap();
    conn.query_drop(HINTED).await.unwrap();
    let refused = conn.exec_drop(HINTED, ()).await.unwrap_err();
    assert_eq!(refusal(&refused), (9001, "HY000"));
    conn.disconnect().await.unwrap();
}

#[tokio::test]
async fn a_parameter_in_values_is_refused_when_the_statement_is_prepared() {
    let server = start(assuming("bind_values=refused"));
    let mut conn = connect(&server).await;
    conn.query_drop(TABLE).await.unwrap();
    let refused = conn.prep("UPSERT INTO t (id, a) VALUES (1, ?)").await.unwrap_err();
    assert_eq!(refusal(&refused), (9001, "HY000"));
    conn.query_drop("UPSERT INTO t (id, a) VALUES (1, 7)").await.unwrap();
    let read: Vec<i64> = conn.exec("SELECT a FROM t WHERE id = ?", (1,)).await.unwrap();
    assert_eq!(read, [7]);
    conn.disconnect().await.unwrap();
}

#[tokio::test]
async fn values_reach_a_client_in_the_form_that_is_assumed() {
    let mut options = assuming("boolean_result=bit");
    options.engine.assumptions.assume("temporal_result=text").expect("a known setting");
    let server = start(options);
    let mut conn = connect(&server).await;
    conn.query_drop("CREATE TABLE t (id BIGINT, ok BOOLEAN, at TIMESTAMP, PRIMARY KEY (id))").await.unwrap();
    conn.query_drop("UPSERT INTO t (id, ok, at) VALUES (1, true, '2024-08-30 08:11:15.354')").await.unwrap();
    let read: Option<(Vec<u8>, String)> = conn.exec_first("SELECT ok, at FROM t", ()).await.unwrap();
    assert_eq!(read, Some((vec![1], "2024-08-30 08:11:15.354".to_owned())));
    conn.disconnect().await.unwrap();
}
