//! Scans, point reads and repairs.

use migration::retry::Retry;
use migration::schema::TargetType;
use migration::statement_form::TimeoutHint;
use migration::value::{TargetRow, TargetValue};

use super::stand::{Stand, in_a_minute, mapping, now, plain, row, table_id};
use migration::port::TargetCatalog;

fn text(number: i64) -> TargetValue {
    TargetValue::Text(format!("{number:04}"))
}

#[tokio::test]
async fn a_composite_key_is_walked_in_order_and_completely() {
    let stand = Stand::new().await;
    let columns = [
        ("a", TargetType::Integer),
        ("b", TargetType::Varchar { chars: None }),
        ("c", TargetType::BigInt),
        ("v", TargetType::Integer),
    ];
    let mapping = mapping("composite", 3, &columns);
    stand.create(&mapping).await;
    let mut rows: Vec<TargetRow> = Vec::new();
    for a in -3..3 {
        for b in 0..40 {
            for c in 0..(1 + (a + b) % 40) {
                rows.push(vec![TargetValue::Int(a), text(b), TargetValue::Int(c - 5), TargetValue::Int(1)]);
            }
        }
    }
    stand.write(&mapping, Some(now()), rows.clone()).await;
    assert_eq!(stand.all(&mapping).await, rows);
}

#[tokio::test]
async fn a_key_sorted_from_the_greatest_is_walked_too() {
    let stand = Stand::new().await;
    stand.run("CREATE TABLE latest (a INTEGER, b BIGINT, v VARCHAR, PRIMARY KEY (a, b DESC))").await;
    let columns =
        [("a", TargetType::Integer), ("b", TargetType::BigInt), ("v", TargetType::Varchar { chars: None })];
    let mapping = mapping("latest", 2, &columns);
    let rows: Vec<TargetRow> = (0..3_000)
        .map(|number| vec![TargetValue::Int(number % 7), TargetValue::Int(number), text(number)])
        .collect();
    stand.write(&mapping, None, rows).await;
    let seen = stand.all(&mapping).await;
    assert_eq!(seen.len(), 3_000);
    let place = |row: &TargetRow| match (&row[0], &row[1]) {
        (TargetValue::Int(a), TargetValue::Int(b)) => (*a, -*b),
        _ => (0, 0),
    };
    assert!(seen.is_sorted_by_key(place));
}

#[tokio::test]
async fn an_empty_table_has_no_page_and_is_empty() {
    let stand = Stand::new().await;
    let mapping = plain("empty");
    stand.create(&mapping).await;
    assert!(stand.all(&mapping).await.is_empty());
    assert!(stand.target.is_empty(&table_id("empty")).await.unwrap());
    stand.write(&mapping, None, vec![row(1, "x")]).await;
    assert!(!stand.target.is_empty(&table_id("empty")).await.unwrap());
}

#[tokio::test]
async fn a_row_is_found_repaired_and_deleted_by_its_key() {
    let stand = Stand::new().await;
    let mapping = plain("repair");
    stand.create(&mapping).await;
    stand.write(&mapping, Some(now()), vec![row(1, "a"), row(2, "b")]).await;
    let key = |id: i64| vec![TargetValue::Int(id)];
    let found = stand.target.read_rows(&mapping, &[key(2), key(3), key(1)], stand.form).await.unwrap();
    assert_eq!(found, [Some(row(2, "b")), None, Some(row(1, "a"))]);

    stand.target.upsert_rows(&mapping, vec![row(1, "repaired")], stand.form, in_a_minute()).await.unwrap();
    stand.target.delete_row(&mapping, &key(2), stand.form, in_a_minute()).await.unwrap();
    stand.target.delete_row(&mapping, &key(9), stand.form, in_a_minute()).await.unwrap();
    assert_eq!(stand.all(&mapping).await, [row(1, "repaired")]);
}

#[tokio::test]
async fn pages_of_large_rows_stay_within_their_bytes() {
    let stand = Stand::new().await;
    let mapping = plain("large");
    stand.create(&mapping).await;
    let large = "x".repeat(500_000);
    let rows: Vec<TargetRow> = (0..60).map(|id| row(id, if id < 40 { "small" } else { &large })).collect();
    stand.write(&mapping, None, rows.clone()).await;
    let mut scan = stand.target.scan(&mapping, stand.form).await.unwrap();
    let mut seen = Vec::new();
    while let Some(page) = scan.next_page().await.unwrap() {
        let bytes: usize = page.iter().flatten().map(TargetValue::bytes).sum();
        assert!(bytes <= migration::limits::PAGE_BYTES_MAX + large.len() + 100, "{bytes}");
        seen.extend(page);
    }
    assert_eq!(seen, rows);
}

#[tokio::test]
async fn a_target_that_takes_no_hint_on_delete_needs_its_own_timeout_ahead() {
    let mut stand = Stand::with(&["timeout_on_delete=refused"]).await;
    let mapping = plain("unhinted");
    stand.create(&mapping).await;
    stand.write(&mapping, None, vec![row(1, "a"), row(2, "b")]).await;
    let key = [TargetValue::Int(1)];
    let refused = stand.target.delete_row(&mapping, &key, stand.form, in_a_minute()).await.unwrap_err();
    assert_eq!((refused.code, refused.retry), (Some(9001), Retry::Never));
    stand.form.delete_timeout = TimeoutHint::Left;
    assert!(stand.target.delete_row(&mapping, &key, stand.form, in_a_minute()).await.is_err());
    let later = now().plus(migration::limits::DDL_TIMEOUT * 2);
    stand.target.delete_row(&mapping, &key, stand.form, later).await.unwrap();
    assert_eq!(stand.all(&mapping).await, [row(2, "b")]);
}
