//! The sink: every row once, stamps kept, refused rows alone.

use migration::ident::ColumnName;
use migration::port::RejectedRow;
use migration::schema::{TargetColumn, TargetType};
use migration::time::UnixMs;
use migration::value::{Refusal, TargetRow, TargetValue};
use mysql_async::Value;

use super::stand::{Stand, mapping, now, plain, row};

#[tokio::test]
async fn a_batch_of_any_size_is_written_whole() {
    let stand = Stand::new().await;
    for (table, rows) in [("one", 1), ("tail", 99), ("full", 100), ("odd", 1_237), ("many", 5_000)] {
        let mapping = plain(table);
        stand.create(&mapping).await;
        let rows: Vec<TargetRow> = (0..rows).map(|id| row(id, &format!("text {id}"))).collect();
        assert_eq!(stand.write(&mapping, Some(now()), rows.clone()).await.rejected, []);
        assert_eq!(stand.all(&mapping).await, rows);
    }
}

#[tokio::test]
async fn an_empty_batch_is_written_at_once() {
    let stand = Stand::new().await;
    assert_eq!(stand.write(&plain("nowhere"), None, Vec::new()).await.rejected, []);
}

#[tokio::test]
async fn only_the_rows_the_target_refuses_are_rejected_and_all_others_are_written() {
    let stand = Stand::new().await;
    let mapping = mapping("numbers", 1, &[("id", TargetType::BigInt), ("v", TargetType::TinyInt)]);
    stand.create(&mapping).await;
    let refused = [0_usize, 57, 58, 199, 236];
    let value = |id: usize| if refused.contains(&id) { 1_000 } else { 7 };
    let number = |id: usize| TargetValue::Int(i64::try_from(id).unwrap());
    let rows: Vec<TargetRow> = (0..237).map(|id| vec![number(id), TargetValue::Int(value(id))]).collect();
    let outcome = stand.write(&mapping, Some(now()), rows.clone()).await;
    let expected = refused.map(|index| RejectedRow { index, refusal: Refusal::Target { code: 1264 } });
    assert_eq!(outcome.rejected, expected);
    let written: Vec<TargetRow> =
        rows.into_iter().enumerate().filter(|(id, _)| !refused.contains(id)).map(|(_, row)| row).collect();
    assert_eq!(stand.all(&mapping).await, written);
}

#[tokio::test]
async fn a_batch_of_nothing_but_refused_rows_rejects_each_of_them() {
    let stand = Stand::new().await;
    let mapping = mapping("json", 1, &[("id", TargetType::BigInt), ("v", TargetType::Json)]);
    stand.create(&mapping).await;
    let rows = (0..130).map(|id| vec![TargetValue::Int(id), TargetValue::Json("{".to_owned())]).collect();
    let outcome = stand.write(&mapping, None, rows).await;
    assert_eq!(outcome.rejected.len(), 130);
    assert!(outcome.rejected.iter().all(|row| row.refusal == Refusal::Target { code: 3140 }));
    assert!(outcome.rejected.is_sorted_by_key(|row| row.index));
}

#[tokio::test]
async fn a_stamp_is_on_every_cell_and_without_one_the_servers_time_is() {
    let stand = Stand::new().await;
    let mapping = plain("stamped");
    stand.create(&mapping).await;
    stand
        .write(&mapping, Some(UnixMs(1_700_000_000_123)), (0..150).map(|id| row(id, "copied")).collect())
        .await;
    let before = now();
    stand.write(&mapping, None, vec![row(7, "changed")]).await;
    // A late copy of the same row must not win.
    stand.write(&mapping, Some(UnixMs(1_700_000_000_123)), vec![row(7, "copied"), row(8, "copied")]).await;
    let stamps = stand.rows("SELECT /*+ _l_versions_(1) */ id, v, v_l_ts FROM stamped").await;
    assert_eq!(stamps.len(), 150);
    for found in stamps {
        let id: i64 = found.get(0).unwrap();
        let (text, stamp): (String, u64) = (found.get(1).unwrap(), found.get(2).unwrap());
        if id == 7 {
            assert!(stamp + 1_000 >= before.0 && text == "changed");
        } else {
            assert!(stamp == 1_700_000_000_123 && text == "copied");
        }
    }
}

#[tokio::test]
async fn a_row_without_values_exists_by_its_marker() {
    let stand = Stand::with(&["null_row=absent"]).await;
    let mut mapping =
        mapping("keys", 2, &[("a", TargetType::BigInt), ("b", TargetType::Varchar { chars: None })]);
    let name = ColumnName::new("ferry_row").unwrap();
    mapping.target.columns.push(TargetColumn { name, column_type: TargetType::TinyInt, key_position: None });
    mapping.marker = true;
    stand.create(&mapping).await;
    let rows: Vec<TargetRow> = (0..250).map(|id| row(id, "key")).collect();
    stand.write(&mapping, Some(now()), rows.clone()).await;
    assert_eq!(stand.all(&mapping).await, rows);
    let markers = stand.rows("SELECT /*+ _l_allow_filtering_ */ ferry_row FROM `keys`").await;
    assert!(
        markers.iter().all(|row| row.as_ref(0) == Some(&Value::Int(1))
            || row.as_ref(0) == Some(&Value::Bytes(b"1".to_vec())))
    );
}

#[tokio::test]
async fn large_values_go_in_statements_of_their_own_and_too_large_rows_are_rejected() {
    let stand = Stand::new().await;
    let blob = |name| (name, TargetType::Varbinary);
    let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map(blob);
    let mut all = vec![("id", TargetType::BigInt)];
    all.extend(columns);
    let mapping = mapping("blobs", 1, &all);
    stand.create(&mapping).await;
    let wide = |id: i64, bytes: usize| {
        let mut row = vec![TargetValue::Int(id)];
        row.extend((0..9).map(|_| TargetValue::Bytes(vec![7; bytes])));
        row
    };
    let rows = vec![wide(0, 10), wide(1, 1 << 20), wide(2, 2 << 20), wide(3, 100_000), wide(4, 1)];
    let outcome = stand.write(&mapping, Some(now()), rows.clone()).await;
    assert_eq!(outcome.rejected.len(), 1);
    assert_eq!(outcome.rejected[0].index, 2);
    assert!(matches!(outcome.rejected[0].refusal, Refusal::TooLong { .. }));
    let written: Vec<TargetRow> =
        rows.into_iter().enumerate().filter(|(at, _)| *at != 2).map(|(_, row)| row).collect();
    assert_eq!(stand.all(&mapping).await, written);
}

#[tokio::test]
async fn a_table_of_a_thousand_columns_is_written() {
    let stand = Stand::new().await;
    let names: Vec<String> = (0..1_000).map(|number| format!("c{number}")).collect();
    let columns: Vec<(&str, TargetType)> =
        names.iter().map(|name| (name.as_str(), TargetType::Integer)).collect();
    let mapping = mapping("broad", 1, &columns);
    stand.create(&mapping).await;
    let rows: Vec<TargetRow> =
        (0..150).map(|id| (0..1_000).map(|at| TargetValue::Int(id + at)).collect()).collect();
    stand.write(&mapping, Some(now()), rows.clone()).await;
    assert_eq!(stand.all(&mapping).await, rows);
}
