//! Going on inside a large transaction.

use migration::port::{LogEvent, OpenAt};
use migration::position::LogPlace;
use servers::MysqlServer;

use crate::log::stand::{Stand, Told};

/// What follows the first of these offsets, idle moments and the file's name left out.
fn behind(told: &Told, from: u64) -> Vec<LogEvent> {
    let is_it = |event: &LogEvent| matches!(event, LogEvent::Table { offset: Some(at), .. } if *at == from);
    let kept = told.events.iter().skip_while(|event| !is_it(event));
    kept.filter(|event| !matches!(event, LogEvent::Idle { .. })).cloned().collect()
}

#[tokio::test]
async fn reading_goes_on_at_any_statement_of_a_transaction() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql(
        "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200)); CREATE TABLE u LIKE t;
         CREATE TABLE d (n INT PRIMARY KEY); INSERT INTO d VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
    );
    let from = stand.end();
    stand.sql(
        "START TRANSACTION;
         INSERT INTO t SELECT a.n + 10 * b.n + 100 * c.n, REPEAT('x', 150) FROM d a, d b, d c;
         INSERT INTO u SELECT * FROM t;
         UPDATE t, u SET t.v = 'a', u.v = 'b' WHERE t.id = u.id AND t.id < 700;
         DELETE FROM u WHERE id > 3;
         COMMIT; INSERT INTO t VALUES (2000, 'z')",
    );
    let told = stand.told_since(&from).await;
    assert_eq!(told.begins().count(), 2);
    let offsets: Vec<u64> = told
        .events
        .iter()
        .filter_map(|event| match event {
            LogEvent::Table { offset, .. } => *offset,
            _ => None,
        })
        .collect();
    // One a statement: the second table of a statement is no place to start at.
    assert_eq!(offsets.len(), 5);
    for offset in offsets {
        let inside =
            OpenAt { place: LogPlace { file: from.place.file, offset }, file_name: from.file_name.clone() };
        let rest = stand.told_since(&inside).await;
        assert!(matches!(&rest.events[0], LogEvent::File { at, .. } if *at == inside.place));
        assert_eq!(behind(&rest, offset), behind(&told, offset));
        assert!(matches!(&rest.events[1], LogEvent::Table { offset: Some(at), .. } if *at == offset));
    }
}
