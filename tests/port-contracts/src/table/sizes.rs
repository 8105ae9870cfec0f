//! How much one transaction and one record hold, and what is refused.

use migration::limits::{RECORD_BODY_BYTES_MAX, TRANSACTION_WRITES_MAX};
use migration::port::{CheckpointTable, Expect, Write};

use crate::platform::{Platform, assert_refused, at, get, key, put, store};

/// The largest transaction there is, and one write more.
pub async fn a_transaction_of_100_writes_is_stored_and_of_101_refused<P: Platform>(platform: &P) {
    let writes = |count: usize| -> Vec<Write> {
        (0..count).map(|place| put(&key("p", &format!("{place:03}")), "x", Expect::Absent)).collect()
    };
    assert_refused(platform.table().commit(writes(TRANSACTION_WRITES_MAX + 1)).await);
    let range = || platform.table().range("p", "", None, 200);
    assert_eq!(range().await.expect("a range succeeds").len(), 0);
    store(platform, writes(TRANSACTION_WRITES_MAX)).await;
    assert_eq!(range().await.expect("a range succeeds").len(), TRANSACTION_WRITES_MAX);
}

/// A transaction without writes, or with two of one record, is a mistake of the caller.
pub async fn a_transaction_that_makes_no_sense_is_refused<P: Platform>(platform: &P) {
    let place = key("p", "a");
    assert_refused(platform.table().commit(Vec::new()).await);
    let twice =
        vec![put(&place, "1", Expect::Absent), Write::Check { key: place.clone(), expect: Expect::Absent }];
    assert_refused(platform.table().commit(twice).await);
    assert_eq!(get(platform, &place).await, None);
}

/// 350 KiB are stored and read back, one byte more is refused.
pub async fn a_body_of_350_kib_is_kept_whole<P: Platform>(platform: &P) {
    let place = key("p", "large");
    let body = |bytes: usize| {
        let text: String = (0..).map(|number: u32| format!("größe {number} ")).take(bytes / 8).collect();
        let mut text: String = text
            .chars()
            .scan(0, |sum, c| {
                *sum += c.len_utf8();
                (*sum <= bytes).then_some(c)
            })
            .collect();
        text.extend(std::iter::repeat_n('x', bytes - text.len()));
        text
    };
    let largest = body(RECORD_BODY_BYTES_MAX);
    store(platform, vec![put(&place, &largest, Expect::Absent)]).await;
    assert!(get(platform, &place).await.is_some_and(|record| record.body == largest));
    assert_refused(platform.table().commit(vec![put(&place, &body(RECORD_BODY_BYTES_MAX + 1), at(1))]).await);
    let many: Vec<Write> =
        (0..5).map(|at| put(&key("q", &at.to_string()), &largest, Expect::Absent)).collect();
    store(platform, many).await;
    let found = platform.table().range("q", "", None, 10).await.expect("a range succeeds");
    assert!(found.len() == 5 && found.iter().all(|record| record.body == largest));
}

/// A range whose records together are far larger than one answer of any server comes whole.
pub async fn a_range_of_several_megabytes_comes_whole<P: Platform>(platform: &P) {
    let body = "y".repeat(300 << 10);
    for at in 0..12 {
        store(platform, vec![put(&key("p", &format!("{at:02}")), &body, Expect::Absent)]).await;
    }
    let found = platform.table().range("p", "", None, 100).await.expect("a range succeeds");
    assert!(found.len() == 12 && found.iter().all(|record| record.body.len() == body.len()));
}
