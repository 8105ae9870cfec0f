//! Rules 8 and 9: how many connections there may be, and how long one may do nothing.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;

use super::raw::{Raw, error, is_ok};
use super::{connect, opts, refusal, start};

const PING: u8 = 0x0e;

#[tokio::test]
async fn a_connection_beyond_the_limit_is_refused_until_one_leaves() {
    let server = start(Options { connections_max: 2, ..Options::default() });
    let first = connect(&server).await;
    let mut second = connect(&server).await;
    let fault = mysql_async::Conn::new(opts(&server)).await.unwrap_err();
    assert_eq!(refusal(&fault).0, 1040);
    let (_, packet) = Raw::open(server.addr());
    assert_eq!(error(&packet), (1040, "08004"));
    assert!(String::from_utf8_lossy(&packet).contains("current limit: 2"));
    second.ping().await.unwrap();

    first.disconnect().await.unwrap();
    let give_up = Instant::now() + Duration::from_secs(10);
    while mysql_async::Conn::new(opts(&server)).await.is_err() {
        assert!(Instant::now() < give_up, "a place becomes free");
    }
}

#[test]
fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let idle_timeout = Duration::from_millis(400);
    let server = start(Options { idle_timeout, ..Options::default() });
    let mut busy = Raw::log_in(server.addr());
    let mut idle = Raw::log_in(server.addr());
    let since = Instant::now();
    while since.elapsed() < idle_timeout * 2 {
        assert!(is_ok(&busy.command(PING, b"")));
    }
    assert_eq!(idle.read(), None, "the server has closed it");
    let since = Instant::now();
    assert_eq!(busy.read(), None);
    assert!(since.elapsed() >= idle_timeout / 2, "counted from the last command");
}

#[test]
fn a_client_that_does_not_log_in_is_cut() {
    let server = start(Options { login_timeout: Duration::from_millis(100), ..Options::default() });
    let (mut silent, _) = Raw::open(server.addr());
    assert_eq!(silent.read(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_write_and_read_at_once() {
    let server = start(Options::default());
    let mut first = connect(&server).await;
    first.query_drop("CREATE TABLE t (k INTEGER, v VARCHAR, PRIMARY KEY (k))").await.unwrap();
    let tasks = (0..64_i32).map(|nth| {
        let opts = opts(&server);
        tokio::spawn(async move {
            let mut conn = mysql_async::Conn::new(opts).await?;
            for round in 0..10 {
                let (key, text) = (nth * 10 + round, format!("{nth} {round}"));
                conn.exec_drop("UPSERT INTO t (k, v) VALUES (?, ?)", (key, &text)).await?;
                let read: Option<String> = conn.exec_first("SELECT v FROM t WHERE k = ?", (key,)).await?;
                assert_eq!(read, Some(text));
            }
            conn.disconnect().await
        })
    });
    for outcome in try_join_all(tasks).await.unwrap() {
        outcome.unwrap();
    }
    let count: Option<i64> = first.query_first("SELECT COUNT(*) FROM t").await.unwrap();
    assert_eq!(count, Some(640));
}

#[test]
fn shutdown_cuts_every_connection_and_frees_the_address() {
    let server = start(Options::default());
    let addr = server.addr();
    let mut client = Raw::log_in(addr);
    assert_eq!(server.connection_count(), 1);
    server.shutdown();
    assert_eq!(client.read(), None);
    assert!(TcpStream::connect(addr).is_err());
    start(Options { listen: addr, ..Options::default() });
}
