//! What the catalog says of tables it made, and of tables others made.

use migration::ident::DatabaseName;
use migration::port::TargetCatalog;
use migration::retry::Retry;
use migration::schema::{TargetColumn, TargetTable, TargetType};

use super::stand::{Stand, database, mapping, plain, table_id};

fn of_every_type(name: &str) -> TargetTable {
    let columns = [
        ("k1", TargetType::Varchar { chars: None }),
        ("k 2`", TargetType::Varbinary),
        ("boolean", TargetType::Boolean),
        ("tiny", TargetType::TinyInt),
        ("small", TargetType::SmallInt),
        ("int", TargetType::Integer),
        ("big", TargetType::BigInt),
        ("float", TargetType::Float),
        ("double", TargetType::Double),
        ("decimal", TargetType::Decimal { precision_scale: Some((20, 0)) }),
        ("price", TargetType::Decimal { precision_scale: Some((38, 38)) }),
        ("varchar", TargetType::Varchar { chars: Some(40) }),
        ("char", TargetType::Char { chars: Some(4) }),
        ("binary", TargetType::Binary { bytes: Some(16) }),
        ("date", TargetType::Date),
        ("time", TargetType::Time),
        ("timestamp", TargetType::Timestamp),
        ("größe", TargetType::Json),
    ];
    mapping(name, 2, &columns).target
}

#[tokio::test]
async fn a_table_is_described_as_it_was_created() {
    for assumption in ["describe_parameters=shown", "describe_parameters=hidden"] {
        let stand = Stand::with(&[assumption]).await;
        let mut table = of_every_type("all types");
        table.attributes.insert("TTL".to_owned(), "86400".to_owned());
        table.attributes.insert("MUTABILITY".to_owned(), "MUTABLE_ALL".to_owned());
        assert_eq!(stand.target.describe(&table.id).await.unwrap(), None);
        stand.target.create_table(&table).await.unwrap();
        assert_eq!(stand.target.describe(&table.id).await.unwrap(), Some(table.clone()), "{assumption}");
        // A second CREATE is no error, and changes nothing.
        stand.target.create_table(&plain("all types").target).await.unwrap();
        assert_eq!(stand.target.describe(&table.id).await.unwrap(), Some(table), "{assumption}");
    }
}

#[tokio::test]
async fn the_printed_statement_is_the_one_that_is_sent() {
    let stand = Stand::new().await;
    let table = of_every_type("printed");
    stand.run(&stand.target.create_table_sql(&table)).await;
    assert_eq!(stand.target.describe(&table.id).await.unwrap(), Some(table));
}

#[tokio::test]
async fn indexes_and_foreign_types_of_existing_tables_are_seen() {
    let stand = Stand::new().await;
    stand.run("CREATE TABLE old (id BIGINT, u BIGINT UNSIGNED, v VARCHAR, PRIMARY KEY (id))").await;
    stand.run("CREATE INDEX by_v ON old (v)").await;
    let table = stand.target.describe(&table_id("old")).await.unwrap().unwrap();
    assert_eq!(table.indexes.iter().map(|index| index.name.as_str()).collect::<Vec<_>>(), ["by_v"]);
    let names: Vec<&str> = table.columns.iter().map(|column: &TargetColumn| column.name.as_str()).collect();
    assert_eq!(names, ["id", "v"]);
}

#[tokio::test]
async fn databases_are_listed_and_created_once() {
    let stand = Stand::new().await;
    stand.target.create_database(&database()).await.unwrap();
    let databases = stand.target.databases().await.unwrap();
    assert!(databases.contains(&database()) && databases.contains(&DatabaseName::new("default").unwrap()));
    let error = stand.target.create_database(&DatabaseName::new("x").unwrap()).await.unwrap_err();
    assert_eq!((error.code, error.retry), (Some(1006), Retry::Never));
}

#[tokio::test]
async fn a_table_of_a_missing_database_does_not_exist() {
    let stand = Stand::new().await;
    let mut id = table_id("t");
    id.database = DatabaseName::new("nowhere").unwrap();
    assert_eq!(stand.target.describe(&id).await.unwrap(), None);
    assert_eq!(stand.target.is_empty(&id).await.unwrap_err().retry, Retry::Operator);
}

#[tokio::test]
async fn facts_tell_the_version_and_the_time_zone_a_session_begins_with() {
    let stand = Stand::new().await;
    let facts = stand.target.facts().await.unwrap();
    assert!(facts.version.starts_with('2'), "{}", facts.version);
    assert_eq!(facts.time_zone, "+08:00");
    assert!(!facts.tls.encrypted);
}
