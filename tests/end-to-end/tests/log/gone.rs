//! A log that is not there any more, or is another.

use std::time::Duration;

use migration::port::{ChangeLog as _, LogGone, LogStream as _, OpenAt};
use migration::position::LogPlace;
use migration::retry::Retry;
use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn a_purged_file_and_a_place_behind_the_end_are_told_apart() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let old = stand.end();
    stand.sql("FLUSH BINARY LOGS; INSERT INTO t VALUES (1)");
    let newest = stand.end();
    stand.sql(&format!("PURGE BINARY LOGS TO '{}'", newest.file_name));
    let oldest = Some(newest.file_name.clone());
    assert_eq!(stand.source.open(&old).await.unwrap().unwrap_err(), LogGone::Purged { oldest });

    let beyond = |file_name: &str, file, offset| OpenAt {
        place: LogPlace { file, offset },
        file_name: file_name.to_owned(),
    };
    let behind = beyond(&newest.file_name, newest.place.file, newest.place.offset + 1000);
    assert_eq!(stand.source.open(&behind).await.unwrap().unwrap_err(), LogGone::Beyond);

    stand.sql("FLUSH BINARY LOGS; FLUSH BINARY LOGS");
    let newest = stand.end();
    stand.sql("RESET BINARY LOGS AND GTIDS");
    assert_eq!(stand.source.open(&newest).await.unwrap().unwrap_err(), LogGone::Beyond);
}

#[tokio::test]
async fn a_place_inside_an_event_ends_in_an_error_for_the_operator() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    stand.sql("INSERT INTO t VALUES (1)");
    let place = LogPlace { offset: from.place.offset + 3, ..from.place };
    let inside = OpenAt { place, file_name: from.file_name };
    let mut stream = stand.source.open(&inside).await.unwrap().unwrap();
    let error = loop {
        match stream.next(Duration::from_secs(5)).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error.retry, Retry::Operator | Retry::Never), "{error}");
}
