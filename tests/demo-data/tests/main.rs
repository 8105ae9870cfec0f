//! The generated data against a real MySQL, and against itself.
//!
//! A small shop is enough: shape and references do not depend on the size.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use demo_data::load::Loader;
use demo_data::table::Table;
use demo_data::{bench, shop, write};
use servers::MysqlServer;

fn files(tables: &[Table], seed: u64) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder can be used");
    write::write_all(tables, seed, folder.path(), |_, _| Ok(())).expect("a temporary folder can be used");
    let read = |path: &Path| fs::read(path).expect("a temporary folder can be used");
    tables.iter().map(|table| (table.name.to_owned(), read(&write::file_of(folder.path(), table)))).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_others() {
    let tables = shop::tables(2_000);
    let first = files(&tables, 1);
    assert!(first == files(&tables, 1));
    let second = files(&tables, 2);
    assert!(first.get("orders") != second.get("orders"));
}

#[test]
fn a_shop_loads_and_every_reference_holds() {
    let server = MysqlServer::builder().start().unwrap();
    load(&server, shop::SCHEMA, &shop::tables(6_000), "shop");
    let references = server
        .sql(
            "SELECT table_name, column_name, referenced_table_name, referenced_column_name
             FROM information_schema.key_column_usage
             WHERE table_schema = 'shop' AND referenced_table_name IS NOT NULL",
        )
        .unwrap();
    assert_eq!(references.lines().count(), shop::SCHEMA.matches("FOREIGN KEY").count());
    for reference in references.lines() {
        let parts: Vec<&str> = reference.split('\t').collect();
        let [table, column, other, key] = parts[..] else { panic!("{reference}") };
        let orphans = format!(
            "SELECT COUNT(*) FROM shop.{table} a LEFT JOIN shop.{other} b ON a.{column} = b.{key}
             WHERE a.{column} IS NOT NULL AND b.{key} IS NULL"
        );
        assert_eq!(server.sql(&orphans).unwrap(), "0\n", "{reference}");
    }
}

#[test]
fn text_numbers_and_bytes_arrive_as_they_were_made() {
    let server = MysqlServer::builder().start().unwrap();
    load(&server, shop::SCHEMA, &shop::tables(6_000), "shop");
    let ask = |sql: &str| server.sql(sql).unwrap().trim_end().to_owned();
    assert_ne!(ask("SELECT COUNT(*) FROM shop.reviews WHERE body LIKE '%👨‍👩‍👧%'"), "0");
    assert_ne!(
        ask("SELECT COUNT(*) FROM shop.legacy_contacts WHERE HEX(name) = '4DF6746C657920DC6E6974'"),
        "0"
    );
    assert_eq!(
        ask("SELECT COUNT(*) FROM shop.sessions WHERE LENGTH(id) <> 16 OR LENGTH(address) NOT IN (4, 16)"),
        "0"
    );
    assert_eq!(ask("SELECT MAX(id) FROM shop.shipments"), "9000000000000000001");
    assert_eq!(ask("SELECT COUNT(DISTINCT flags + 0) > 100 FROM shop.orders"), "1");
    assert_eq!(
        ask(
            "SELECT COUNT(*) FROM shop.products WHERE JSON_EXTRACT(attributes, '$.big') <> 18446744073709551615"
        ),
        "0"
    );
}

#[test]
fn a_row_of_the_benchmark_has_about_110_bytes() {
    let server = MysqlServer::builder().start().unwrap();
    load(&server, bench::SCHEMA, &bench::tables(5_000), "bench");
    let text_bytes = server.sql("SELECT AVG(LENGTH(name) + LENGTH(note) + 2) FROM bench.bench").unwrap();
    let fixed_bytes = 8.0 + 4.0 + 1.0 + 8.0 + 5.0 + 8.0 + 5.0 + 4.0;
    let row_bytes = fixed_bytes + text_bytes.trim().parse::<f64>().unwrap();
    assert!((105.0..115.0).contains(&row_bytes), "{row_bytes}");
}

fn load(server: &MysqlServer, schema: &str, tables: &[Table], database: &str) {
    let folder = tempfile::tempdir().expect("the load succeeds");
    let loader = Loader { client: server.client(), database: database.to_owned(), local: false };
    loader.create(schema).expect("the load succeeds");
    write::write_all(tables, 7, folder.path(), |table, file| loader.load(table, file))
        .expect("the load succeeds");
}
