//! Several readers of one log: none ends another's stream, whoever came first.

use std::time::Duration;

use migration::port::LogStream as _;
use servers::MysqlServer;

use crate::log::stand::{Stand, read_to};

#[tokio::test]
async fn readers_of_one_log_do_not_end_each_others_streams() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = stand.open(&from).await;
        // The server has begun to send before the next one comes.
        stream.next(Duration::from_secs(5)).await.unwrap();
        streams.push(stream);
    }
    for number in 0..3 {
        stand.sql(&format!("INSERT INTO t VALUES ({number})"));
    }
    let end = stand.end().place;
    for stream in &mut streams {
        let told = read_to(stream, end).await.unwrap();
        assert_eq!(told.words().iter().filter(|word| *word == "write").count(), 3, "{:?}", told.words());
    }
}

#[tokio::test]
async fn a_stream_the_server_ends_says_that_another_can_be_opened_at_once() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    let mut stream = stand.open(&from).await;
    stand.sql("INSERT INTO t VALUES (1)");
    read_to(&mut stream, stand.end().place).await.unwrap();
    // What a server does to a dump when another of the same name comes.
    let dumps = stand.sql(
        "SELECT CONCAT('KILL ', id) FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%'",
    );
    assert!(dumps.starts_with("KILL"), "{dumps}");
    stand.sql(&dumps);
    let error = loop {
        match stream.next(Duration::from_secs(5)).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_transient(), "{error}");
    assert_eq!(stand.told_since(&from).await.words().iter().filter(|word| *word == "write").count(), 1);
}
