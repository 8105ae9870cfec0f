//! From one file of the log to the next.

use std::fs;

use migration::port::{ChangeLog as _, LogEvent, OpenAt};
use migration::position::LogPlace;
use servers::MysqlServer;

use crate::log::stand::{Stand, read_to};

#[tokio::test]
async fn files_follow_each_other_and_any_of_them_can_be_started_at() {
    let stand = Stand::start(MysqlServer::builder().option("--log-bin=of-1.this-server")).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let from = stand.end();
    assert!(from.file_name.starts_with("of-1"), "{}", from.file_name);
    stand.sql("INSERT INTO t VALUES (1); FLUSH BINARY LOGS; INSERT INTO t VALUES (2); FLUSH BINARY LOGS");
    stand.sql("INSERT INTO t VALUES (3)");
    let told = stand.told_since(&from).await;
    let write = "begin, table t, write, commit";
    let files: Vec<(LogPlace, String, (u32, u32))> = told
        .events
        .iter()
        .filter_map(|event| match event {
            LogEvent::File { at, name, format } => Some((*at, name.clone(), *format)),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = files.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(told.line(), format!("{write}, file {}, {write}, file {}, {write}", names[1], names[2]));
    assert_eq!(files[0].0, from.place);
    for (place, name, format) in &files[1..] {
        assert_eq!(place.offset, 4);
        assert_eq!(format.0, 1);
        let again = OpenAt { place: *place, file_name: name.clone() };
        let again = stand.told_since(&again).await;
        assert!(told.line().ends_with(&again.line()));
        assert!(matches!(&again.events[0], LogEvent::File { format: found, .. } if found == format));
    }
    // Every boundary is a place to start at.
    let mut commits = told.events.iter().enumerate().filter_map(|(at, event)| match event {
        LogEvent::Commit { next } => Some((at, *next)),
        _ => None,
    });
    let (at, next) = commits.next().unwrap();
    let boundary = OpenAt { place: next, file_name: names[0].to_owned() };
    let rest = stand.told_since(&boundary).await;
    let behind: Vec<_> = told.events[at + 1..].to_vec();
    let without_idle = |events: &[LogEvent]| -> Vec<LogEvent> {
        events.iter().filter(|event| !matches!(event, LogEvent::Idle { .. })).cloned().collect()
    };
    assert_eq!(without_idle(&rest.events)[1..], without_idle(&behind));
}

#[tokio::test]
async fn numbers_beyond_six_digits_are_followed() {
    let mut stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    stand.server.stop().unwrap();
    // The newest file gets the number before the last of six digits.
    let folder = stand.server.data_folder();
    let index = fs::read_to_string(folder.join("binlog.index")).unwrap();
    let newest = index.lines().last().unwrap().trim_start_matches("./").to_owned();
    fs::rename(folder.join(&newest), folder.join("binlog.999998")).unwrap();
    fs::write(folder.join("binlog.index"), "./binlog.999998\n").unwrap();
    stand.server.restart().unwrap();
    let from = stand.end();
    assert_eq!(from.file_name, "binlog.999999");
    let mut stream = stand.source.open(&from).await.unwrap().unwrap();
    stand.sql("INSERT INTO t VALUES (1); FLUSH BINARY LOGS; INSERT INTO t VALUES (2)");
    let end = stand.end();
    assert_eq!((end.place.file, end.file_name.as_str()), (1_000_000, "binlog.1000000"));
    let told = read_to(&mut stream, end.place).await.unwrap();
    let write = "begin, table t, write, commit";
    assert_eq!(told.line(), format!("{write}, file binlog.1000000, {write}"));
}
