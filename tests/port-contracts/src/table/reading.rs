//! What `get` and `range` find.

use migration::port::{CheckpointTable, Expect, Record, RecordKey, Write};

use crate::platform::{Platform, get, key, put, store};

const PARTITION: &str = "run#1";

async fn fill<P: Platform>(platform: &P, partition: &str, sorts: &[&str]) {
    let writes: Vec<Write> =
        sorts.iter().map(|sort| put(&key(partition, sort), &format!("\"{sort}\""), Expect::Absent)).collect();
    store(platform, writes).await;
}

async fn sorts<P: Platform>(platform: &P, prefix: &str, after: Option<&str>, limit: u32) -> Vec<String> {
    let found = platform.table().range(PARTITION, prefix, after, limit).await.expect("a range succeeds");
    for Record { key: RecordKey { partition, sort }, version, body } in &found {
        assert_eq!((partition.as_str(), version.0, body), (PARTITION, 1, &format!("\"{sort}\"")));
    }
    found.into_iter().map(|record| record.key.sort).collect()
}

/// A record that was never written, or whose key differs in one part, is absent.
pub async fn a_record_is_found_by_its_whole_key_only<P: Platform>(platform: &P) {
    fill(platform, PARTITION, &["a"]).await;
    assert_eq!(get(platform, &key(PARTITION, "a")).await.map(|record| record.body), Some("\"a\"".to_owned()));
    for absent in [key(PARTITION, "A"), key(PARTITION, "aa"), key("run#2", "a"), key("run", "a")] {
        assert_eq!(get(platform, &absent).await, None);
    }
}

/// Records come in the order of their bytes, and only those of the partition.
pub async fn a_range_is_ordered_bytewise_within_its_partition<P: Platform>(platform: &P) {
    // The last differs from the one before where UTF-16 and UTF-8 order differently.
    let ordered = ["!", "B", "a", "a!", "a10", "a2", "b", "z", "é", "\u{FFFD}", "\u{10000}"];
    let mut shuffled = ordered;
    shuffled.reverse();
    shuffled.swap(2, 7);
    fill(platform, PARTITION, &shuffled).await;
    fill(platform, "run#10", &["a", "c"]).await;
    fill(platform, "run#", &["a", "c"]).await;
    assert_eq!(sorts(platform, "", None, 100).await, ordered);
}

/// A prefix is plain text, whatever it holds.
pub async fn a_range_holds_exactly_the_records_with_its_prefix<P: Platform>(platform: &P) {
    fill(
        platform,
        PARTITION,
        &["chunk", "chunk#1", "chunk#2", "chunk$", "chun", "%", "%a", "_a", "xa", "CHUNK#1"],
    )
    .await;
    assert_eq!(sorts(platform, "chunk#", None, 100).await, ["chunk#1", "chunk#2"]);
    assert_eq!(sorts(platform, "chunk", None, 100).await, ["chunk", "chunk#1", "chunk#2", "chunk$"]);
    assert_eq!(sorts(platform, "%", None, 100).await, ["%", "%a"]);
    assert_eq!(sorts(platform, "_a", None, 100).await, ["_a"]);
    assert_eq!(sorts(platform, "none", None, 100).await, [""; 0]);
}

/// `after` is exclusive, need not exist, and may stand before, within or behind the prefix.
pub async fn a_range_continues_after_the_given_record<P: Platform>(platform: &P) {
    fill(platform, PARTITION, &["a", "p1", "p3", "p5", "q"]).await;
    assert_eq!(sorts(platform, "p", Some("p1"), 100).await, ["p3", "p5"]);
    assert_eq!(sorts(platform, "p", Some("p2"), 100).await, ["p3", "p5"]);
    assert_eq!(sorts(platform, "p", Some("a"), 100).await, ["p1", "p3", "p5"]);
    assert_eq!(sorts(platform, "p", Some("p5"), 100).await, [""; 0]);
    assert_eq!(sorts(platform, "p", Some("q"), 100).await, [""; 0]);
    assert_eq!(sorts(platform, "", Some("p5"), 100).await, ["q"]);
}

/// Pages of any length together give every record once.
pub async fn a_range_gives_at_most_its_limit_and_pages_meet<P: Platform>(platform: &P) {
    let all: Vec<String> = (0..97).map(|at| format!("c#{at:03}")).collect();
    fill(platform, PARTITION, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for limit in [1, 7, 97, 200] {
        let mut found: Vec<String> = Vec::new();
        loop {
            let page = sorts(platform, "c#", found.last().map(String::as_str), limit).await;
            assert!(page.len() <= limit as usize);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, all);
    }
}

/// A read sees every transaction that ended before it began, on any clone or connection.
pub async fn a_read_sees_what_was_stored_before_it<P: Platform>(platform: &P) {
    let place = key(PARTITION, "counter");
    store(platform, vec![put(&place, "0", Expect::Absent)]).await;
    for version in 1..=50 {
        store(platform, vec![put(&place, &version.to_string(), crate::platform::at(version))]).await;
        let found = get(platform, &place).await.expect("the record exists");
        assert_eq!((found.version.0, found.body), (version + 1, version.to_string()));
    }
}
