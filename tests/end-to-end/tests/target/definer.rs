//! Tables altered, emptied and dropped: what a definition leaves behind, and what a second one is told.

use migration::ident::ColumnName;
use migration::port::{TargetCatalog, TargetDefiner};
use migration::retry::{Effect, Retry};
use migration::schema::{TargetColumn, TargetType};
use migration::time::UnixMs;
use migration::value::TargetValue;

use super::stand::{Stand, mapping, table_id};

const EVER: UnixMs = UnixMs(u64::MAX);

fn column(name: &str, column_type: TargetType) -> TargetColumn {
    TargetColumn { name: ColumnName::new(name).expect("a name"), column_type, key_position: None }
}

#[tokio::test]
async fn a_column_is_added_once_and_dropped_once() {
    let stand = Stand::new().await;
    let mapped = mapping("t", 1, &[("id", TargetType::BigInt), ("v", TargetType::Integer)]);
    stand.create(&mapped).await;
    let added = column("big`one", TargetType::Decimal { precision_scale: Some((20, 4)) });
    stand.target.add_column(&mapped.target.id, &added, EVER).await.unwrap();
    let found = stand.target.describe(&mapped.target.id).await.unwrap().unwrap();
    assert_eq!(found.column(&added.name), Some(&added));
    let error = stand.target.add_column(&mapped.target.id, &added, EVER).await.unwrap_err();
    assert_eq!((error.code, error.effect), (Some(1060), Effect::None));
    stand.target.drop_column(&mapped.target.id, &added.name, EVER).await.unwrap();
    assert_eq!(stand.target.describe(&mapped.target.id).await.unwrap(), Some(mapped.target.clone()));
    let error = stand.target.drop_column(&mapped.target.id, &added.name, EVER).await.unwrap_err();
    assert_eq!((error.code, error.effect), (Some(1091), Effect::None));
    // The name of a dropped column is refused until the table was compacted.
    let error = stand.target.add_column(&mapped.target.id, &added, EVER).await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
    stand.run("ALTER TABLE t COMPACT").await;
    stand.target.add_column(&mapped.target.id, &added, EVER).await.unwrap();
}

#[tokio::test]
async fn a_truncated_table_reads_empty_and_a_dropped_one_is_gone() {
    let stand = Stand::new().await;
    let mapped = mapping("t", 1, &[("id", TargetType::BigInt), ("v", TargetType::Integer)]);
    stand.create(&mapped).await;
    stand.write(&mapped, None, vec![vec![TargetValue::Int(1), TargetValue::Int(2)]]).await;
    assert!(!stand.target.is_empty(&mapped.target.id).await.unwrap());
    stand.target.truncate(&mapped.target.id, EVER).await.unwrap();
    assert!(stand.target.is_empty(&mapped.target.id).await.unwrap());
    stand.target.drop_table(&mapped.target.id, EVER).await.unwrap();
    stand.target.drop_table(&mapped.target.id, EVER).await.unwrap();
    assert_eq!(stand.target.describe(&mapped.target.id).await.unwrap(), None);
    let error = stand.target.truncate(&table_id("t"), EVER).await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
    let error =
        stand.target.add_column(&table_id("t"), &column("x", TargetType::Date), EVER).await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
}

#[tokio::test]
async fn a_definition_that_could_outlive_its_senders_lease_is_not_sent() {
    let stand = Stand::new().await;
    let mapped = mapping("t", 1, &[("id", TargetType::BigInt), ("v", TargetType::Integer)]);
    stand.create(&mapped).await;
    stand.write(&mapped, None, vec![vec![TargetValue::Int(1), TargetValue::Int(2)]]).await;
    let error = stand.target.truncate(&mapped.target.id, UnixMs(0)).await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Now, Effect::None));
    assert!(!stand.target.is_empty(&mapped.target.id).await.unwrap());
}
