//! Walking a table by key, page by page and chunk by chunk, and what the server says it had to do for that.
//!
//! Every table here has a column `place`; a walk yields its values in the order in which rows came.

use migration::ident::ColumnName;
use migration::key::{KeyRange, KeyTuple};
use migration::port::{KeySampler, PageRequest, RowSource};
use migration::schema::TableMapping;
use migration::value::SourceValue;

use crate::source::fixture::Database;

/// Checks everything of one table: the order, and that the server had no more to do than the rows demand.
pub(crate) async fn check(database: &Database, table: &str) {
    check_order(database, table).await;
    assert_index_was_used(database, table);
}

/// Checks pages of several sizes, chunks of several sizes, and ranges between keys near and far.
pub(crate) async fn check_order(database: &Database, table: &str) {
    let mapping = database.mapping(table).await;
    let names: Vec<String> = mapping.key.columns.iter().map(|name| format!("`{name}`")).collect();
    let index = mapping.key.index.replace('`', "``");
    let ordered = database
        .sql(&format!("SELECT place FROM `{table}` FORCE INDEX (`{index}`) ORDER BY {}", names.join(", ")));
    let expected: Vec<i64> = ordered.lines().map(|line| line.parse().unwrap()).collect();
    for size in [1, 2, 7] {
        let (walked, pages) = walk(database, &mapping, &KeyRange::default(), size).await;
        assert_eq!(walked, expected, "{table} in pages of {size}");
        assert_eq!(pages, expected.len().div_ceil(size).max(1), "{table} in pages of {size}");
    }
    for rows in [1, 3, 10] {
        let chunks = cut(database, &mapping, rows).await;
        let mut walked = Vec::new();
        for (at, chunk) in chunks.iter().enumerate() {
            let (part, _) = walk(database, &mapping, chunk, 5).await;
            if at + 1 < chunks.len() {
                assert_eq!(part.len() as u64, rows, "{table} in chunks of {rows}");
            } else {
                assert!(part.len() as u64 <= rows && (!part.is_empty() || expected.is_empty()), "{table}");
            }
            walked.extend(part);
        }
        assert_eq!(walked, expected, "{table} in chunks of {rows}");
    }
    let keys = keys(database, &mapping).await;
    for step in [1, 5, 31] {
        for from in (0..keys.len().saturating_sub(step)).step_by(17) {
            let range =
                KeyRange { after: Some(keys[from].clone()), through: Some(keys[from + step].clone()) };
            let (walked, _) = walk(database, &mapping, &range, 4).await;
            assert_eq!(walked, expected[from + 1..=from + step], "{table} from row {from}");
        }
    }
}

/// Every row's key, in order.
async fn keys(database: &Database, mapping: &TableMapping) -> Vec<KeyTuple> {
    let mut range = KeyRange::default();
    let mut keys = Vec::new();
    loop {
        let request = PageRequest { table: mapping, range: &range, rows_max: 1, bytes_max: 1 << 20 };
        let page = database.source.page(&request).await.unwrap();
        keys.extend(page.last_key.clone());
        if page.is_last {
            return keys;
        }
        range.after = page.last_key;
    }
}

/// The rows of a range in pages of at most `rows_max`, and how many pages it took.
pub(crate) async fn walk(
    database: &Database,
    mapping: &TableMapping,
    range: &KeyRange,
    rows_max: usize,
) -> (Vec<i64>, usize) {
    let place = ColumnName::new("place").unwrap();
    let place = mapping.columns.iter().position(|column| column.source == place).unwrap();
    let mut range = range.clone();
    let mut walked = Vec::new();
    for pages in 1.. {
        let request = PageRequest { table: mapping, range: &range, rows_max, bytes_max: 1 << 20 };
        let page = database.source.page(&request).await.unwrap();
        assert!(page.rows.len() <= rows_max);
        assert_eq!(page.last_key.is_none(), page.rows.is_empty());
        assert!(pages < 5_000, "a walk that does not end: {}", mapping.source.id);
        walked.extend(page.rows.iter().map(|row| match &row[place] {
            SourceValue::Int(number) => *number,
            other => panic!("{other:?} is no place"),
        }));
        if page.is_last {
            return (walked, pages);
        }
        range.after = Some(stored_and_loaded(&page.last_key.unwrap()));
    }
    unreachable!("pages are counted without end")
}

/// The whole table cut into chunks of so many rows; the last is open.
async fn cut(database: &Database, mapping: &TableMapping, rows: u64) -> Vec<KeyRange> {
    let mut chunks = Vec::new();
    let mut rest = KeyRange::default();
    while let Some(boundary) = database.source.boundary_after(mapping, &rest, rows).await.unwrap() {
        let boundary = stored_and_loaded(&boundary);
        chunks.push(KeyRange { after: rest.after.take(), through: Some(boundary.clone()) });
        rest.after = Some(boundary);
    }
    chunks.push(rest);
    chunks
}

/// Bounds travel through the checkpoint table; two rows' keys that became one would end a walk early or late.
fn stored_and_loaded(key: &KeyTuple) -> KeyTuple {
    serde_json::from_str(&serde_json::to_string(key).unwrap()).unwrap()
}

/// Every statement that read the table with a bound did so by a range of the index, without sorting, and looked at
/// no more rows than it sent (and one a range, where it ended).
fn assert_index_was_used(database: &Database, table: &str) {
    let read = database.sql(&format!(
        "SELECT SQL_TEXT, COUNT_EXECUTE, SUM_SELECT_RANGE, SUM_SORT_ROWS + SUM_SORT_SCAN + SUM_SORT_RANGE, \
         SUM_ROWS_EXAMINED, SUM_ROWS_SENT FROM performance_schema.prepared_statements_instances \
         WHERE SQL_TEXT LIKE '%FROM `{}`.`{table}` FORCE INDEX%' AND COUNT_EXECUTE > 0",
        database.name
    ));
    assert!(!read.is_empty(), "no statement read {table}");
    for line in read.lines() {
        let mut fields = line.split('\t');
        let text = fields.next().unwrap();
        let numbers: Vec<u64> = fields.map(|number| number.parse().unwrap()).collect();
        let [executed, by_range, sorted, examined, sent] = numbers[..] else { panic!("{line}") };
        assert_eq!(sorted, 0, "{text}");
        // A bound that leaves nothing out, or everything, is answered without a range.
        assert!(by_range <= executed, "{text}");
        if text.contains("OFFSET") {
            // Stepping over rows is the point of it.
            continue;
        }
        assert!(examined <= sent + executed, "{examined} rows examined, {sent} sent: {text}");
    }
}
