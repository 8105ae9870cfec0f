//! GTIDs with tags, files by what was executed before them, and the log's end.

use migration::gtid::GtidSet;
use migration::port::ChangeLog as _;
use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn tags_are_part_of_a_transactions_origin() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let uuid = stand.sql("SELECT @@server_uuid").trim().to_owned();
    let from = stand.end();
    stand.sql("SET gtid_next = 'AUTOMATIC:orders'; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
    let told = stand.told_since(&from).await;
    let gtids: Vec<String> = told.begins().map(|begin| begin.gtid.as_ref().unwrap().to_string()).collect();
    assert_eq!(gtids, [format!("{uuid}:orders:1"), format!("{uuid}:orders:2")]);
    let now = stand.sql("SELECT ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)").trim().parse::<u64>().unwrap();
    assert!(told.begins().all(|begin| begin.committed_at.0 <= now && begin.committed_at.0 + 60_000 > now));
    let executed = stand.source.end().await.unwrap().executed.unwrap();
    assert!(told.begins().all(|begin| executed.contains(begin.gtid.as_ref().unwrap())));
}

#[tokio::test]
async fn the_newest_file_is_found_before_which_nothing_is_outside_a_set() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY)");
    let mut ends = Vec::new();
    for id in 0..3 {
        stand.sql(&format!("INSERT INTO t VALUES ({id})"));
        ends.push(stand.source.end().await.unwrap());
        stand.sql("FLUSH BINARY LOGS");
    }
    let newest = stand.end();
    for end in &ends {
        // The file behind the end begins with exactly what was executed then.
        let found = stand.source.file_for(end.executed.as_ref().unwrap()).await.unwrap().unwrap();
        assert_eq!((found.place.file, found.place.offset), (end.place.file + 1, 4));
        assert!(stand.source.is_visible(end).await.unwrap());
    }
    stand.sql(&format!("PURGE BINARY LOGS TO '{}'", newest.file_name));
    assert_eq!(stand.source.file_for(&GtidSet::default()).await.unwrap(), None);
    let mut ahead = ends[2].clone();
    ahead.executed.as_mut().unwrap().add_all(&format!("{}:99", ends[2].server_uuid).parse().unwrap());
    assert!(!stand.source.is_visible(&ahead).await.unwrap());
}
