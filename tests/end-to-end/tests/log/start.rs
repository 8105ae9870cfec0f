//! The start under write load: whatever the way, no row is in front of it that a SELECT behind it does not see.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use migration::ident::ColumnName;
use migration::port::{
    ChangeLog as _, ImageFault, LogEvent, LogStart, OpenAt, RawChange, RowImages as _, SourceCatalog as _,
    StartWay,
};
use migration::retry::Retry;
use migration::value::SourceValue;
use mysql::{Images, Source};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, OptsBuilder};
use servers::MysqlServer;

use crate::log::stand::{Stand, Told, settings};

const WRITERS: i64 = 4;

fn options(server: &MysqlServer) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(server.host())
        .tcp_port(server.port())
        .user(Some(server.user()))
        .prefer_socket(false)
}

/// The keys inserted behind the start, as the log tells them.
async fn logged(stand: &Stand, start: &LogStart, told: &Told) -> BTreeSet<i64> {
    let table = migration::ident::TableId {
        database: migration::ident::DatabaseName::new("shop").unwrap(),
        table: migration::ident::TableName::new("t").unwrap(),
    };
    let known = stand.source.describe(&[table]).await.unwrap().remove(0);
    let mut keys = BTreeSet::new();
    let mut shape = None;
    let mut is_skipped = false;
    for event in &told.events {
        match event {
            LogEvent::Begin(begin) => {
                let executed = start.executed.as_ref().zip(begin.gtid.as_ref());
                is_skipped = executed.is_some_and(|(executed, gtid)| executed.contains(gtid));
            }
            LogEvent::Table { map, .. } if !is_skipped => shape = Some(Images.shape(map, &known).unwrap()),
            LogEvent::Rows { kind, payload, .. } if !is_skipped => {
                let shape = shape.as_ref().unwrap();
                let key = Images.columns(shape, [&ColumnName::new("id").unwrap()]).unwrap();
                let each = |change: RawChange<'_>| -> Result<(), ImageFault> {
                    let RawChange::Write { after } = change else { panic!("{change:?}") };
                    let row = Images.decode(shape, &key, after)?;
                    let SourceValue::Int(id) = row[0] else { panic!("{row:?}") };
                    keys.insert(id);
                    Ok(())
                };
                Images.changes(shape, *kind, payload, each).unwrap();
            }
            _ => {}
        }
    }
    keys
}

/// Several writers, a start in the middle, a SELECT right behind it.
async fn no_row_is_lost(stand: &Stand, source: &Source, way: StartWay) {
    stand.sql("DROP TABLE IF EXISTS t; CREATE TABLE t (id BIGINT PRIMARY KEY, v VARCHAR(100))");
    let is_over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (is_over, options) = (Arc::clone(&is_over), options(&stand.server));
            tokio::spawn(async move {
                let mut conn = Conn::new(options).await.unwrap();
                let mut id = writer;
                while !is_over.load(Ordering::Relaxed) {
                    let insert = format!("INSERT INTO shop.t VALUES ({id}, REPEAT('x', 90))");
                    conn.query_drop(insert).await.unwrap();
                    id += WRITERS;
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let start = source.start().await.unwrap();
    let mut conn = Conn::new(options(&stand.server)).await.unwrap();
    let copied: BTreeSet<i64> = conn.query("SELECT id FROM shop.t").await.unwrap().into_iter().collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    is_over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(start.way, way);
    let at = OpenAt { place: start.place, file_name: start.file_name.clone() };
    let told = stand.told_since(&at).await;
    let logged = logged(stand, &start, &told).await;
    let all: BTreeSet<i64> = conn.query("SELECT id FROM shop.t").await.unwrap().into_iter().collect();
    assert!(!copied.is_empty() && copied.len() < all.len(), "{} of {}", copied.len(), all.len());
    assert_eq!(copied.union(&logged).copied().collect::<BTreeSet<i64>>(), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_gtid() {
    let stand = Stand::start(MysqlServer::builder()).await;
    no_row_is_lost(&stand, &stand.source, StartWay::Gtid).await;
    stand.sql("FLUSH BINARY LOGS");
    no_row_is_lost(&stand, &stand.source, StartWay::Gtid).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_the_lock_or_by_waiting_where_the_lock_is_not_to_be_had() {
    let stand = Stand::start(MysqlServer::builder().gtid(false)).await;
    no_row_is_lost(&stand, &stand.source, StartWay::Lock).await;

    // Without the right to lock.
    stand.sql(
        "CREATE USER waits; GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE, PROCESS ON *.* TO waits;
         CREATE USER blind; GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO blind",
    );
    let account = |user: &str| {
        let mut settings = settings(&stand.server);
        settings.user = user.to_owned();
        settings
    };
    let waits = Source::connect(&account("waits"), 2).await.unwrap();
    no_row_is_lost(&stand, &waits, StartWay::Wait).await;
    let end = waits.end().await.unwrap();
    assert!(end.executed.is_none() && waits.is_visible(&end).await.unwrap());

    // Without the right to see who is in between.
    let blind = Source::connect(&account("blind"), 2).await.unwrap();
    let refused = blind.start().await.unwrap_err();
    assert_eq!((refused.retry, refused.code), (Retry::Operator, Some(1227)));
    assert!(refused.to_string().contains("PROCESS"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_writer_is_not_waited_behind() {
    let stand = Stand::start(MysqlServer::builder().gtid(false)).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)");
    let busy = options(&stand.server);
    let busy = tokio::spawn(async move {
        let mut conn = Conn::new(busy).await.unwrap();
        conn.query_drop("UPDATE shop.t SET v = SLEEP(3)").await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let start = stand.source.start().await.unwrap();
    assert_eq!(start.way, StartWay::Wait);
    busy.await.unwrap();
    // Nothing is left locked.
    stand.sql("INSERT INTO t VALUES (3, 3)");
    let at = OpenAt { place: start.place, file_name: start.file_name };
    assert_eq!(
        stand.told_since(&at).await.line(),
        "begin, table t, update, commit, begin, table t, write, commit"
    );
}
