//! Compressed transactions, and logs with and without checksums: told alike.

use migration::port::LogEvent;
use servers::MysqlServer;

use crate::log::stand::Stand;

const CHANGES: &str = "INSERT INTO t SELECT a.n + 10 * b.n + 100 * c.n, REPEAT('x', 100) FROM d a, d b, d c;
     UPDATE t SET v = 'y' WHERE id < 500; DELETE FROM t WHERE id >= 500";

async fn told(compressed: bool, checksum: &str) -> (Stand, Vec<LogEvent>) {
    let stand = Stand::start(
        MysqlServer::builder()
            .option(format!("--binlog-checksum={checksum}"))
            .option(format!("--binlog-transaction-compression={}", u8::from(compressed))),
    )
    .await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200)); CREATE TABLE d (n INT PRIMARY KEY)");
    stand.sql("INSERT INTO d VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)");
    let from = stand.end();
    stand.sql(CHANGES);
    let told = stand.told_since(&from).await;
    // Begun inside the file as well as at its start.
    let whole = migration::port::OpenAt {
        place: migration::position::LogPlace { file: from.place.file, offset: 4 },
        file_name: from.file_name.clone(),
    };
    let all = stand.told_since(&whole).await;
    assert!(all.line().ends_with(&told.line()) && all.events.len() > told.events.len());
    (stand, told.events)
}

/// Rows in order, without what differs between servers.
fn rows(events: &[LogEvent]) -> Vec<(u8, &[u8])> {
    let row = |event| match event {
        &LogEvent::Rows { kind, ref payload, .. } => Some((kind, &payload[6..])),
        _ => None,
    };
    events.iter().filter_map(row).collect()
}

#[tokio::test]
async fn compressed_transactions_and_checksums_change_nothing() {
    let (_plain_server, plain) = told(false, "CRC32").await;
    let (_compressed_server, compressed) = told(true, "CRC32").await;
    let (_bare_server, bare) = told(false, "NONE").await;
    let (_both_server, both) = told(true, "NONE").await;
    assert!(rows(&plain).len() > 20);
    for other in [&compressed, &bare, &both] {
        assert_eq!(rows(&plain), rows(other));
    }
    let offsets = |events: &[LogEvent]| -> Vec<bool> {
        let of = |event: &LogEvent| match event {
            LogEvent::Table { offset, .. } => Some(offset.is_some()),
            _ => None,
        };
        events.iter().filter_map(of).collect()
    };
    assert_eq!(offsets(&plain), [true; 3]);
    assert_eq!(offsets(&compressed), [false; 3]);
}
