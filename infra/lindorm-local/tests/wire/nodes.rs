//! Connections belong to the nodes in turn.

use lindorm_local::engine::{Clock, EngineOptions};
use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;

use super::{connect, start};

#[tokio::test]
async fn stamps_differ_by_the_skew_of_each_connections_node() {
    let clock = Clock::Manual(std::sync::Arc::new(1_700_000_000_000.into()));
    let engine = EngineOptions { clock, node_skews_ms: vec![0, 40, -25], ..EngineOptions::default() };
    let server = start(Options { engine, ..Options::default() });
    let mut connections = Vec::new();
    for id in 0..3 {
        let mut conn = connect(&server).await;
        if id == 0 {
            conn.query_drop("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id))").await.unwrap();
        }
        conn.query_drop(format!("UPSERT INTO t (id, a) VALUES ({id}, 1)")).await.unwrap();
        connections.push(conn);
    }
    let stamps = "SELECT /*+ _l_versions_(1) */ a_l_ts FROM t";
    let found: Vec<i64> = connections[2].query(stamps).await.unwrap();
    assert_eq!(found, [1_700_000_000_000, 1_700_000_000_040, 1_699_999_999_975]);
}
