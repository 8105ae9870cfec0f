//! A log in which nothing happens.

use std::time::{Duration, Instant};

use migration::port::{LogEvent, LogStream};
use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn an_idle_log_says_so_at_once_and_again() {
    let stand = Stand::start(MysqlServer::builder()).await;
    let end = stand.end();
    let mut stream = stand.open(&end).await;
    let mut idle = 0;
    let begun = Instant::now();
    while idle < 3 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        match stream.next(Duration::from_secs(5)).await.unwrap() {
            Some(LogEvent::Idle { at }) => {
                assert_eq!(at, end.place);
                idle += 1;
            }
            Some(LogEvent::File { at, name, .. }) => {
                assert_eq!((at, name), (end.place, end.file_name.clone()));
            }
            other => panic!("{other:?}"),
        }
    }
    // Nothing to come, and no time to wait for it.
    assert_eq!(stream.next(Duration::ZERO).await.unwrap(), None);
}
