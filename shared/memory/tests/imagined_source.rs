//! Pages and boundaries of the source in memory.

use futures_util::FutureExt;
use memory::{Call, MemorySource, Platform};
use migration::key::{KeyRange, KeyTuple, KeyValue};
use migration::port::{KeySampler, Page, PageRequest, PortError, RowSource, SourceCatalog, SourceQuestion};
use migration::value::SourceValue;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::shop::{column, mapping, source_row};

fn key(id: i64) -> KeyTuple {
    KeyTuple(vec![KeyValue::Int(id)])
}

fn source(ids: impl IntoIterator<Item = i64>) -> MemorySource {
    let source = MemorySource::new(Platform::automatic().faults);
    source.add_rows(&mapping(), ids.into_iter().map(|id| source_row(id, "four")));
    source
}

fn page(source: &MemorySource, range: &KeyRange, rows_max: usize, bytes_max: usize) -> Page {
    let table = mapping();
    let request = PageRequest { table: &table, range, rows_max, bytes_max };
    source.page(&request).now_or_never().unwrap().unwrap()
}

fn boundary(source: &MemorySource, range: &KeyRange, rows: u64) -> Option<KeyTuple> {
    source.boundary_after(&mapping(), range, rows).now_or_never().unwrap().unwrap()
}

proptest! {
    #[test]
    fn pages_of_any_size_give_every_row_of_the_range_once_and_in_order(
        ids in proptest::collection::btree_set(-50_i64..50, 0..40),
        after in proptest::option::of(-50_i64..50),
        through in proptest::option::of(-50_i64..50),
        rows_max in 1_usize..7,
        bytes_max in 1_usize..60,
    ) {
        let source = source(ids.iter().copied());
        let mut range = KeyRange { after: after.map(key), through: through.map(key) };
        let in_range = |id: &i64| after.is_none_or(|after| *id > after) && through.is_none_or(|through| *id <= through);
        let expected: Vec<SourceValue> = ids.iter().copied().filter(in_range).map(SourceValue::Int).collect();
        let mut found = Vec::new();
        loop {
            let page = page(&source, &range, rows_max, bytes_max);
            prop_assert!(page.rows.len() <= rows_max && (page.bytes <= bytes_max || page.rows.len() == 1));
            prop_assert_eq!(page.last_key.is_none(), page.rows.is_empty());
            found.extend(page.rows.into_iter().filter_map(|row| row.into_iter().next()));
            if page.is_last {
                break;
            }
            prop_assert!(page.last_key.is_some(), "a page that is not the last has a row");
            range.after = page.last_key;
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_boundary_stands_behind_exactly_so_many_rows(ids in proptest::collection::btree_set(any::<i64>(), 0..30), rows in 1_u64..35) {
        let source = source(ids.iter().copied());
        match boundary(&source, &KeyRange::default(), rows) {
            Some(found) => {
                let before = page(&source, &KeyRange { after: None, through: Some(found.clone()) }, 100, 10_000);
                prop_assert_eq!(before.rows.len() as u64, rows);
                let behind = page(&source, &KeyRange { after: Some(found), through: None }, 100, 10_000);
                prop_assert!(!behind.rows.is_empty());
            }
            None => prop_assert!(ids.len() as u64 <= rows),
        }
    }
}

#[test]
fn a_question_is_answered_by_counting_rows() {
    let source = source([1, 2, 3]);
    source.put_row(&mapping().source.id, &source_row(2, "longer than four"));
    let count = |question: &SourceQuestion| -> Result<Option<u64>, PortError> {
        source.count(&mapping().source, question).now_or_never().unwrap()
    };
    let longer = SourceQuestion::LongerThan { column: column("name"), bytes: 4 };
    assert_eq!(count(&longer).unwrap(), Some(1));
    assert_eq!(count(&SourceQuestion::AllNull { columns: vec![column("note")] }).unwrap(), Some(3));
    assert_eq!(
        count(&SourceQuestion::AllNull { columns: vec![column("note"), column("name")] }).unwrap(),
        Some(0)
    );
}

#[test]
fn a_dropped_table_is_an_error_with_the_servers_number() {
    let platform = Platform::automatic();
    let source = MemorySource::new(platform.faults.clone());
    source.add_rows(&mapping(), [source_row(1, "a")]);
    source.drop_table(&mapping().source.id);
    let range = KeyRange::default();
    let table = mapping();
    let request = PageRequest { table: &table, range: &range, rows_max: 1, bytes_max: 1 };
    let error = source.page(&request).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.code, Some(1146));
    assert_eq!(platform.faults.calls(), [Call::Page]);
}
