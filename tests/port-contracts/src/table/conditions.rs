//! What `commit` makes of each condition, and that a transaction is all or nothing.

use migration::port::{Commit, Expect, Version, Write};

use crate::platform::{Platform, at, commit, get, key, put, store};

/// `Absent` holds where there is no record, and only there.
pub async fn a_put_that_expects_absence_stores_only_the_first_time<P: Platform>(platform: &P) {
    let place = key("p", "a");
    assert_eq!(commit(platform, vec![put(&place, "1", Expect::Absent)]).await, Commit::Stored);
    assert_eq!(commit(platform, vec![put(&place, "2", Expect::Absent)]).await, Commit::Conflict);
    let found = get(platform, &place).await.expect("the record exists");
    assert_eq!((found.version, found.body.as_str()), (Version(1), "1"));
}

/// A version holds where the record has exactly it; each write raises it by one.
pub async fn a_put_that_expects_a_version_raises_it_by_one<P: Platform>(platform: &P) {
    let place = key("p", "a");
    assert_eq!(commit(platform, vec![put(&place, "0", at(1))]).await, Commit::Conflict);
    store(platform, vec![put(&place, "1", Expect::Absent)]).await;
    for (expect, outcome) in
        [(2, Commit::Conflict), (0, Commit::Conflict), (1, Commit::Stored), (1, Commit::Conflict)]
    {
        assert_eq!(commit(platform, vec![put(&place, "2", at(expect))]).await, outcome);
    }
    store(platform, vec![put(&place, "3", at(2))]).await;
    let found = get(platform, &place).await.expect("the record exists");
    assert_eq!((found.version, found.body.as_str()), (Version(3), "3"));
}

/// A put of the same body is a write like any other.
pub async fn a_put_of_an_equal_body_raises_the_version_too<P: Platform>(platform: &P) {
    let place = key("p", "a");
    store(platform, vec![put(&place, "same", Expect::Absent)]).await;
    store(platform, vec![put(&place, "same", at(1))]).await;
    assert_eq!(commit(platform, vec![put(&place, "same", at(1))]).await, Commit::Conflict);
}

/// A delete removes the expected version only; a record made again starts at version 1.
pub async fn a_deleted_record_is_gone_and_starts_again_at_one<P: Platform>(platform: &P) {
    let place = key("p", "a");
    let delete = |version| Write::Delete { key: place.clone(), expect: Version(version) };
    assert_eq!(commit(platform, vec![delete(1)]).await, Commit::Conflict);
    store(platform, vec![put(&place, "1", Expect::Absent)]).await;
    store(platform, vec![put(&place, "2", at(1))]).await;
    assert_eq!(commit(platform, vec![delete(1)]).await, Commit::Conflict);
    store(platform, vec![delete(2)]).await;
    assert_eq!(get(platform, &place).await, None);
    assert_eq!(commit(platform, vec![delete(2)]).await, Commit::Conflict);
    assert_eq!(commit(platform, vec![put(&place, "3", at(2))]).await, Commit::Conflict);
    store(platform, vec![put(&place, "3", Expect::Absent)]).await;
    let found = get(platform, &place).await.expect("the record exists");
    assert_eq!((found.version, found.body.as_str()), (Version(1), "3"));
}

/// A check guards the writes beside it and changes nothing itself.
pub async fn a_check_guards_its_transaction_and_writes_nothing<P: Platform>(platform: &P) {
    let (guard, place) = (key("p", "guard"), key("p", "place"));
    let check = |expect| Write::Check { key: guard.clone(), expect };
    store(platform, vec![check(Expect::Absent), put(&place, "1", Expect::Absent)]).await;
    assert_eq!(get(platform, &guard).await, None);
    assert_eq!(commit(platform, vec![check(at(1)), put(&place, "2", at(1))]).await, Commit::Conflict);
    store(platform, vec![put(&guard, "token 1", Expect::Absent)]).await;
    assert_eq!(
        commit(platform, vec![check(Expect::Absent), put(&place, "2", at(1))]).await,
        Commit::Conflict
    );
    assert_eq!(commit(platform, vec![put(&place, "2", at(1)), check(at(2))]).await, Commit::Conflict);
    store(platform, vec![check(at(1)), put(&place, "2", at(1))]).await;
    store(platform, vec![check(at(1))]).await;
    let found = get(platform, &guard).await.expect("the guard exists");
    assert_eq!((found.version, found.body.as_str()), (Version(1), "token 1"));
    assert_eq!(get(platform, &place).await.map(|record| record.version), Some(Version(2)));
}

/// One broken condition, wherever it stands, and nothing of the transaction is written.
pub async fn a_transaction_is_stored_whole_or_not_at_all<P: Platform>(platform: &P) {
    let kept = key("p", "kept");
    store(platform, vec![put(&kept, "old", Expect::Absent)]).await;
    for broken_at in 0..5 {
        let mut writes: Vec<Write> =
            (0..5).map(|at| put(&key("p", &format!("new {at}")), "new", Expect::Absent)).collect();
        writes.push(put(&kept, "changed", at(1)));
        writes.insert(broken_at, put(&key("p", "broken"), "x", at(7)));
        assert_eq!(commit(platform, writes).await, Commit::Conflict);
        for at in 0..5 {
            assert_eq!(get(platform, &key("p", &format!("new {at}"))).await, None);
        }
        assert_eq!(get(platform, &kept).await.map(|record| record.body), Some("old".to_owned()));
    }
}

/// A transaction may span partitions.
pub async fn a_transaction_may_write_records_of_several_partitions<P: Platform>(platform: &P) {
    let (one, other) = (key("run#1", "state"), key("owner#db.t", "record"));
    store(platform, vec![put(&one, "1", Expect::Absent), put(&other, "1", Expect::Absent)]).await;
    let writes = vec![put(&one, "2", at(1)), put(&other, "2", at(9))];
    assert_eq!(commit(platform, writes).await, Commit::Conflict);
    store(platform, vec![put(&one, "2", at(1)), Write::Delete { key: other.clone(), expect: Version(1) }])
        .await;
    assert_eq!(get(platform, &one).await.map(|record| record.body), Some("2".to_owned()));
    assert_eq!(get(platform, &other).await, None);
}
