//! A page keeps its bounds, says truly whether it is the last, and wastes little of what the server sends.

use migration::key::KeyRange;
use migration::port::{Page, PageRequest, RowSource};
use migration::retry::Retry;
use migration::schema::TableMapping;
use migration::value::SourceValue;

use crate::source::fixture::Database;

async fn page(
    database: &Database,
    mapping: &TableMapping,
    range: &KeyRange,
    rows: usize,
    bytes: usize,
) -> Page {
    let request = PageRequest { table: mapping, range, rows_max: rows, bytes_max: bytes };
    database.source.page(&request).await.unwrap()
}

fn fill(database: &Database, rows: usize, bytes: usize) {
    database.sql(&format!(
        "CREATE TABLE t (k INT PRIMARY KEY, v MEDIUMBLOB); SET SESSION cte_max_recursion_depth = 100000; \
         INSERT INTO t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows}) \
         SELECT n, REPEAT('x', {bytes}) FROM n"
    ));
}

#[tokio::test]
async fn a_page_ends_before_its_byte_bound_but_holds_at_least_one_row() {
    let database = Database::fresh("pages_bytes").await;
    fill(&database, 100, 10_000);
    let mapping = database.mapping("t").await;
    let mut range = KeyRange::default();
    let mut seen = 0;
    loop {
        let found = page(&database, &mapping, &range, 1000, 55_000).await;
        let bytes: usize = found.rows.iter().flatten().map(SourceValue::bytes).sum();
        assert_eq!(found.bytes, bytes);
        assert!(bytes <= 55_000 && !found.rows.is_empty());
        seen += found.rows.len();
        range.after = found.last_key;
        if found.is_last {
            break;
        }
    }
    assert_eq!(seen, 100);
    let small = page(&database, &mapping, &KeyRange::default(), 1000, 1).await;
    assert_eq!((small.rows.len(), small.is_last), (1, false));
}

#[tokio::test]
async fn a_page_that_ends_with_the_range_says_so_and_no_other_does() {
    let database = Database::fresh("pages_last").await;
    fill(&database, 10, 10);
    let mapping = database.mapping("t").await;
    for (rows, is_last) in [(9, false), (10, true), (11, true)] {
        let found = page(&database, &mapping, &KeyRange::default(), rows, 1 << 20).await;
        assert_eq!((found.rows.len(), found.is_last), (rows.min(10), is_last));
    }
    let five = page(&database, &mapping, &KeyRange::default(), 5, 1 << 20).await.last_key;
    let range = KeyRange { after: None, through: five.clone() };
    let found = page(&database, &mapping, &range, 5, 1 << 20).await;
    assert_eq!((found.rows.len(), found.is_last), (5, true));
    let range = KeyRange { after: five.clone(), through: five };
    let found = page(&database, &mapping, &range, 5, 1 << 20).await;
    assert!(found.rows.is_empty() && found.is_last && found.last_key.is_none() && found.bytes == 0);
}

#[tokio::test]
async fn little_is_sent_that_a_page_does_not_keep() {
    let database = Database::fresh("pages_waste").await;
    fill(&database, 2_000, 5_000);
    let mapping = database.mapping("t").await;
    let mut range = KeyRange::default();
    let mut pages = 0;
    loop {
        let found = page(&database, &mapping, &range, 10_000, 250_000).await;
        pages += 1;
        range.after = found.last_key;
        if found.is_last {
            break;
        }
    }
    let sent = database.sql(
        "SELECT SUM(SUM_ROWS_SENT) FROM performance_schema.prepared_statements_instances \
         WHERE SQL_TEXT LIKE '%FROM `pages_waste`.`t` FORCE INDEX%'",
    );
    let sent: usize = sent.trim().parse().unwrap();
    assert!(pages <= 45, "{pages} pages where 41 would hold all");
    // A few for the first page, and two a page to know whether there are more.
    assert!(sent <= 2_000 + 256 + 2 * pages, "{sent} rows were sent for 2,000");
}

#[tokio::test]
async fn a_row_larger_than_a_packet_ends_in_a_clear_error() {
    let database = Database::fresh("pages_packet").await;
    let columns: Vec<String> = (0..40).map(|number| format!("v{number} MEDIUMBLOB")).collect();
    let values = vec!["REPEAT('x', 2000000)"; 40];
    database.sql(&format!(
        "CREATE TABLE t (k INT PRIMARY KEY, {}); SET GLOBAL max_allowed_packet = 1073741824",
        columns.join(", ")
    ));
    database.sql(&format!("INSERT INTO t SELECT 1, {}", values.join(", ")));
    let mapping = database.mapping("t").await;
    let range = KeyRange::default();
    let request = PageRequest { table: &mapping, range: &range, rows_max: 10, bytes_max: 1 << 20 };
    let error = database.source.page(&request).await.unwrap_err();
    database.sql("SET GLOBAL max_allowed_packet = DEFAULT");
    assert_eq!(error.retry, Retry::Never);
    assert!(error.to_string().contains("larger than a packet"), "{error}");
    assert!(error.to_string().contains("pages_packet.t"), "{error}");
}

#[tokio::test]
async fn a_table_or_column_that_went_away_is_told_by_its_number() {
    let database = Database::fresh("pages_gone").await;
    fill(&database, 3, 10);
    let mapping = database.mapping("t").await;
    let range = KeyRange::default();
    let request = PageRequest { table: &mapping, range: &range, rows_max: 10, bytes_max: 1 << 20 };
    assert_eq!(database.source.page(&request).await.unwrap().rows.len(), 3);
    database.sql("ALTER TABLE t RENAME COLUMN v TO w");
    let error = database.source.page(&request).await.unwrap_err();
    assert_eq!((error.code, error.retry), (Some(1054), Retry::Operator));
    database.sql("DROP TABLE t");
    let error = database.source.page(&request).await.unwrap_err();
    assert_eq!((error.code, error.retry), (Some(1146), Retry::Operator));
}

#[tokio::test]
async fn a_call_given_up_midway_leaves_the_session_usable() {
    let database = Database::fresh("pages_given_up").await;
    fill(&database, 20_000, 100);
    let mapping = database.mapping("t").await;
    let range = KeyRange::default();
    for micros in [1, 50, 200, 1_000, 5_000, 20_000] {
        let request = PageRequest { table: &mapping, range: &range, rows_max: 20_000, bytes_max: 4 << 20 };
        let patience = std::time::Duration::from_micros(micros);
        let _ = tokio::time::timeout(patience, database.source.page(&request)).await;
        let found = page(&database, &mapping, &range, 3, 1 << 20).await;
        assert_eq!(found.rows.len(), 3);
    }
}

#[tokio::test]
async fn rows_that_grow_suddenly_are_not_sent_by_the_hundred_to_be_dropped() {
    let database = Database::fresh("pages_skewed").await;
    fill(&database, 2_000, 20);
    database.sql(
        "INSERT INTO t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200) \
         SELECT 10000 + n, REPEAT('x', 500000) FROM n",
    );
    let mapping = database.mapping("t").await;
    let ended = || {
        let ended = database.sql(
            "SELECT SUM(SUM_ERROR_RAISED) FROM performance_schema.events_errors_summary_global_by_error \
             WHERE ERROR_NUMBER = 1317",
        );
        ended.trim().parse::<u64>().unwrap()
    };
    let before = ended();
    let mut range = KeyRange::default();
    let mut seen = 0;
    for number in 1.. {
        // The first page teaches that rows are small.
        let rows_max = if number == 1 { 1_000 } else { 10_000 };
        let found = page(&database, &mapping, &range, rows_max, 1 << 20).await;
        assert!(found.bytes <= 1 << 20 && !found.rows.is_empty());
        seen += found.rows.len();
        range.after = found.last_key;
        if found.is_last {
            break;
        }
    }
    assert_eq!(seen, 2_200);
    assert!(ended() > before);
}
