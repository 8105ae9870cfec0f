//! Tables for the tests: a small shop, described as MySQL and Lindorm describe theirs.

use std::collections::BTreeMap;

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::schema::{
    KeyKind, MappingOptions, SourceColumn, SourceKey, SourceTable, SourceType, StringDefault, TableKind,
    TableMapping, TableNames, TargetColumn, TargetTable, TargetType, map_table,
};
use migration::value::ZeroDates;

pub(crate) fn id(database: &str, table: &str) -> TableId {
    TableId {
        database: DatabaseName::new(database).expect("a name"),
        table: TableName::new(table).expect("a name"),
    }
}

pub(crate) fn name(name: &str) -> ColumnName {
    ColumnName::new(name).expect("a name")
}

pub(crate) const BIGINT: SourceType = SourceType::Integer { bytes: 8, unsigned: false };

pub(crate) fn column(column_name: &str, column_type: SourceType, spelling: &str) -> SourceColumn {
    SourceColumn {
        name: name(column_name),
        column_type,
        spelling: spelling.to_owned(),
        nullable: true,
        charset: None,
        collation: None,
        generated: None,
        invisible: false,
    }
}

/// `shop.NAME` with the key `id` BIGINT and these columns.
pub(crate) fn table(table_name: &str, columns: Vec<SourceColumn>) -> SourceTable {
    let mut all = vec![SourceColumn { nullable: false, ..column("id", BIGINT, "bigint") }];
    all.extend(columns);
    SourceTable {
        id: id("shop", table_name),
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: all,
        key: Some(key(&["id"])),
        rows_estimate: 10,
        data_bytes: 16_384,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    }
}

pub(crate) fn key(columns: &[&str]) -> SourceKey {
    SourceKey {
        index: "PRIMARY".to_owned(),
        kind: KeyKind::Primary,
        columns: columns.iter().map(|column| name(column)).collect(),
    }
}

/// `shop.orders` with a note.
pub(crate) fn orders() -> SourceTable {
    table("orders", vec![column("note", SourceType::Varchar { chars: 100, fixed: false }, "varchar(100)")])
}

/// `shop.NAME` on the target with the key `id` BIGINT and these columns.
pub(crate) fn made(table_name: &str, columns: &[(&str, TargetType)]) -> TargetTable {
    let key = TargetColumn { name: name("id"), column_type: TargetType::BigInt, key_position: Some(0) };
    let others = columns.iter().map(|(column, column_type)| TargetColumn {
        name: name(column),
        column_type: *column_type,
        key_position: None,
    });
    TargetTable {
        id: id("shop", table_name),
        columns: std::iter::once(key).chain(others).collect(),
        indexes: Vec::new(),
        attributes: BTreeMap::new(),
    }
}

pub(crate) const VARCHAR: TargetType = TargetType::Varchar { chars: None };

/// What Ferry would make of a table under its own names.
pub(crate) fn mapping(source: &SourceTable) -> TableMapping {
    let columns = source.columns.iter().map(|column| (column.name.clone(), column.name.clone())).collect();
    let names = TableNames { target: source.id.clone(), columns };
    let options = MappingOptions { zero_dates: ZeroDates::Null, null_rows_exist: true, types_refused: &[] };
    map_table(source, &names, None, options).expect("the test's table can be mapped")
}
