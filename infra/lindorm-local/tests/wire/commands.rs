//! Rules 4 to 6: which commands there are, and what the others get.

use lindorm_local::engine::Support;
use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;
use mysql_async::{Pool, PoolOpts};

use super::raw::{Raw, error, is_ok};
use super::{connect, opts, refusal, start};

const INIT_DB: u8 = 0x02;
const QUERY: u8 = 0x03;
const PING: u8 = 0x0e;
const PREPARE: u8 = 0x16;
const EXECUTE: u8 = 0x17;
const SEND_LONG_DATA: u8 = 0x18;
const CLOSE: u8 = 0x19;
const RESET: u8 = 0x1a;

/// COM_STMT_EXECUTE of a statement with one parameter of type BLOB, sent ahead or here.
fn execute_with_blob(id: u8, value: &[u8]) -> Vec<u8> {
    let mut body = vec![id, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 252, 0];
    body.extend(value);
    body
}

#[test]
fn ping_and_init_db_work_and_an_unknown_database_is_refused() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    assert!(is_ok(&raw.command(PING, b"")));
    assert!(is_ok(&raw.command(INIT_DB, b"default")));
    assert_eq!(error(&raw.command(INIT_DB, b"nowhere")), (1049, "42000"));
    assert!(is_ok(&raw.command(PING, b"")));
}

#[test]
fn unsupported_commands_are_refused_and_the_connection_stays() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    let unsupported = [
        (0x04, "COM_FIELD_LIST"),
        (0x09, "COM_STATISTICS"),
        (0x0d, "COM_DEBUG"),
        (0x11, "COM_CHANGE_USER"),
        (0x12, "COM_BINLOG_DUMP"),
        (0x1b, "COM_SET_OPTION"),
        (0x1c, "COM_STMT_FETCH"),
        (0x1f, "COM_RESET_CONNECTION"),
        (0xf0, "no command at all"),
    ];
    for (code, name) in unsupported {
        assert_eq!(error(&raw.command(code, &[0, 0])), (1047, "08S01"), "{name}");
        assert!(is_ok(&raw.command(PING, b"")), "{name}");
    }
}

#[test]
fn packets_that_say_nothing_are_refused_and_the_connection_stays() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    raw.write_as(0, b"");
    assert_eq!(error(&raw.read().unwrap()), (1835, "HY000"));
    assert_eq!(error(&raw.command(QUERY, &[0xff, 0xfe])), (1300, "HY000"));
    assert_eq!(error(&raw.command(EXECUTE, &[1, 0])), (1835, "HY000"));
    assert_eq!(error(&raw.command(EXECUTE, &[9, 0, 0, 0, 0, 1, 0, 0, 0])), (1243, "HY000"));
    assert!(is_ok(&raw.command(PING, b"")));
}

#[test]
fn no_packet_whatsoever_stops_the_server() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    for code in 2..=u8::MAX {
        for length in [0, 1, 4, 9, 10, 40] {
            let body: Vec<u8> = (0..length)
                .map(|_| {
                    noise = noise.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                    noise.to_be_bytes()[0]
                })
                .collect();
            if matches!(code, SEND_LONG_DATA | CLOSE) {
                raw.send(code, &body); // These have no answer.
            } else if code != PING {
                error(&raw.command(code, &body));
            }
        }
        assert!(is_ok(&raw.command(PING, b"")), "after command {code}");
    }
}

#[test]
fn a_frame_out_of_order_ends_the_connection_with_an_error() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    raw.write_as(7, &[PING]);
    assert_eq!(error(&raw.read().unwrap()), (1156, "08S01"));
    assert_eq!(raw.read(), None);
}

#[test]
fn parameters_sent_piecemeal_are_refused_when_the_statement_is_run() {
    let server = start(Options::default());
    let mut raw = Raw::log_in(server.addr());
    assert!(is_ok(&raw.command(QUERY, b"CREATE TABLE t (k INTEGER, v VARBINARY, PRIMARY KEY (k))")));
    raw.send(PREPARE, b"UPSERT INTO t (k, v) VALUES (1, ?)");
    assert!(is_ok(&raw.read().unwrap()));
    for _ in ["the parameter", "the end of parameters"] {
        raw.read().unwrap();
    }
    raw.send(SEND_LONG_DATA, &[1, 0, 0, 0, 0, 0, b'a']);
    assert_eq!(error(&raw.command(EXECUTE, &execute_with_blob(1, b""))), (1047, "08S01"));
    assert!(is_ok(&raw.command(RESET, &[1, 0, 0, 0])));
    assert!(is_ok(&raw.command(EXECUTE, &execute_with_blob(1, &[1, b'b']))));
    raw.send(CLOSE, &[1, 0, 0, 0]);
    assert_eq!(error(&raw.command(EXECUTE, &execute_with_blob(1, &[1, b'b']))), (1243, "HY000"));
}

#[tokio::test]
async fn parameters_sent_piecemeal_are_put_together_where_that_is_assumed() {
    let mut options = Options::default();
    options.engine.assumptions.long_data = Support::Accepted;
    options.engine.assumptions.statement_reset = Support::Refused;
    let server = start(options);
    let mut raw = Raw::log_in(server.addr());
    assert!(is_ok(&raw.command(QUERY, b"CREATE TABLE t (k INTEGER, v VARBINARY, PRIMARY KEY (k))")));
    raw.send(PREPARE, b"UPSERT INTO t (k, v) VALUES (1, ?)");
    for _ in ["the statement", "the parameter", "the end of parameters"] {
        raw.read().unwrap();
    }
    raw.send(SEND_LONG_DATA, &[1, 0, 0, 0, 0, 0, b'a', b'b']);
    raw.send(SEND_LONG_DATA, &[1, 0, 0, 0, 0, 0, b'c']);
    assert!(is_ok(&raw.command(EXECUTE, &execute_with_blob(1, b""))));
    assert_eq!(error(&raw.command(RESET, &[1, 0, 0, 0])), (1047, "08S01"));
    let mut conn = connect(&server).await;
    let stored: Option<Vec<u8>> = conn.query_first("SELECT v FROM t WHERE k = 1").await.unwrap();
    assert_eq!(stored.unwrap(), b"abc");
}

#[tokio::test]
async fn a_query_is_one_statement_that_may_end_with_a_semicolon() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    conn.query_drop("USE default;").await.unwrap();
    let fault = conn.query_drop("USE default; USE default").await.unwrap_err();
    assert_eq!(refusal(&fault), (1064, "42000"));
}

#[tokio::test]
async fn a_pool_works_if_it_does_not_reset_its_connections() {
    let server = start(Options::default());
    let pool = Pool::new(opts(&server).pool_opts(PoolOpts::default().with_reset_connection(false)));
    for _ in 0..3 {
        let mut conn = pool.get_conn().await.unwrap();
        conn.query_drop("USE default").await.unwrap();
    }
    pool.disconnect().await.unwrap();

    let mut conn = connect(&server).await;
    assert!(conn.change_user(mysql_async::ChangeUserOpts::default()).await.is_err());
}
