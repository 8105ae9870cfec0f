//! A server that goes away under an open stream.

use std::time::Duration;

use migration::port::{ChangeLog as _, LogEvent, LogStream as _, OpenAt};
use servers::MysqlServer;

use crate::log::stand::{Stand, read_to};

#[tokio::test]
async fn a_killed_server_is_read_on_where_it_was_left() {
    let mut stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    let mut stream = stand.open(&from).await;
    stand.sql("INSERT INTO t VALUES (1)");
    let told = read_to(&mut stream, stand.end().place).await.unwrap();
    let Some(LogEvent::Idle { at }) = told.events.last() else { panic!("{told:?}") };
    let left = OpenAt { place: *at, file_name: from.file_name.clone() };
    stand.server.kill();
    let error = loop {
        match stream.next(Duration::from_secs(10)).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_transient(), "{error}");
    assert!(stand.source.open(&left).await.unwrap_err().is_transient());
    stand.server.restart().unwrap();
    stand.sql("INSERT INTO t VALUES (2)");
    let told = stand.told_since(&left).await;
    assert_eq!(told.line(), "begin, table t, write, commit");
}

#[tokio::test]
async fn two_readers_of_one_server_do_not_end_each_other() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(stand.open(&from).await);
    }
    stand.sql("INSERT INTO t VALUES (1)");
    for stream in &mut streams {
        let told = read_to(stream, stand.end().place).await.unwrap();
        assert_eq!(told.line(), "begin, table t, write, commit");
    }
}
