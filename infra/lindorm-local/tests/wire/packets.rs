//! Packets beyond one frame, in both directions, and beyond the limit.

use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;
use mysql_async::{Params, Row, Value};

use super::raw::{Raw, error, is_ok};
use super::{connect, refusal, start};

const PING: u8 = 0x0e;
const QUERY: u8 = 0x03;

#[tokio::test]
async fn a_client_that_sends_a_long_parameter_piecemeal_is_refused_with_an_error_it_understands() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    conn.query_drop("CREATE TABLE big (k INTEGER, v VARBINARY, PRIMARY KEY (k))").await.unwrap();
    let fault =
        conn.exec_drop("UPSERT INTO big (k, v) VALUES (1, ?)", (vec![0_u8; 17 << 20],)).await.unwrap_err();
    assert_eq!(refusal(&fault), (1047, "08S01"));
    conn.ping().await.unwrap();
}

#[tokio::test]
async fn a_row_of_many_frames_goes_in_and_comes_out_unchanged() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    let names: Vec<String> = (0..10).map(|nth| format!("c{nth}")).collect();
    let columns = names.iter().map(|name| format!("{name} VARBINARY")).collect::<Vec<_>>().join(", ");
    conn.query_drop(format!("CREATE TABLE big (k INTEGER, {columns}, PRIMARY KEY (k))")).await.unwrap();
    let block = |nth: u8| (0..250_u8).map(|at| at ^ nth).collect::<Vec<u8>>();
    let cell = |nth| block(nth).repeat(7_600);
    let values: Vec<Value> = (0..10).map(|nth| Value::Bytes(cell(nth))).collect();

    // As text: for a binary packet this long the client would use COM_STMT_SEND_LONG_DATA, which is refused.
    let literal = |nth| block(nth).iter().map(|byte| format!("{byte:02x}")).collect::<String>().repeat(7_600);
    let literals = (0..10).map(|nth| format!("x'{}'", literal(nth))).collect::<Vec<_>>().join(", ");
    conn.query_drop(format!("UPSERT INTO big (k, {}) VALUES (1, {literals})", names.join(", ")))
        .await
        .unwrap();

    let sql = format!("SELECT {} FROM big WHERE k = 1", names.join(", "));
    let by_text: Row = conn.query_first(&sql).await.unwrap().unwrap();
    let by_binary: Row = conn.exec_first(&sql, ()).await.unwrap().unwrap();
    assert!(by_text.unwrap() == values && by_binary.unwrap() == values);
}

#[test]
fn a_packet_above_the_limit_is_refused_and_the_connection_stays() {
    let server = start(Options { packet_bytes_max: 17 << 20, ..Options::default() });
    let mut raw = Raw::log_in(server.addr());
    for size in [(17 << 20) + 1, 40 << 20] {
        let answer = raw.command(QUERY, &vec![b' '; size]);
        assert_eq!(error(&answer), (1153, "08S01"));
        assert!(is_ok(&raw.command(PING, b"")));
    }
    let blank_but_for_one_word = [vec![b' '; 16 << 20], b"USE default".to_vec()].concat();
    assert!(is_ok(&raw.command(QUERY, &blank_but_for_one_word)));
}

#[tokio::test]
async fn a_result_of_many_batches_arrives_whole_and_in_order() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    conn.query_drop("CREATE TABLE t (k INTEGER, v VARCHAR, PRIMARY KEY (k))").await.unwrap();
    let sql = format!("UPSERT INTO t (k, v) VALUES {}", vec!["(?, ?)"; 1000].join(", "));
    for first in (0..10_000).step_by(1000) {
        let params = (first..first + 1000)
            .flat_map(|key: i32| [Value::from(key), Value::from(format!("row {key}"))])
            .collect();
        conn.exec_drop(&sql, Params::Positional(params)).await.unwrap();
    }
    let expected: Vec<(i32, String)> = (0..10_000).map(|key| (key, format!("row {key}"))).collect();
    let by_text: Vec<(i32, String)> = conn.query("SELECT k, v FROM t").await.unwrap();
    let by_binary: Vec<(i32, String)> = conn.exec("SELECT k, v FROM t", ()).await.unwrap();
    assert!(by_text == expected && by_binary == expected);
}
