//! One table of a shop, mapped: `id BIGINT` is the key, `name VARCHAR` and `note VARCHAR` may be NULL.

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::schema::{
    KeyKind, MappingOptions, SourceColumn, SourceKey, SourceTable, SourceType, StringDefault, TableKind,
    TableMapping, TableNames, map_table,
};
use migration::value::{SourceRow, SourceValue, TargetRow, TargetValue, ZeroDates};

/// A name.
pub(crate) fn column(name: &str) -> ColumnName {
    ColumnName::new(name).unwrap()
}

fn table(database: &str) -> TableId {
    TableId { database: DatabaseName::new(database).unwrap(), table: TableName::new("customer").unwrap() }
}

fn source_column(name: &str, column_type: SourceType, nullable: bool) -> SourceColumn {
    SourceColumn {
        name: column(name),
        column_type,
        spelling: "as declared".to_owned(),
        nullable,
        charset: None,
        collation: None,
        generated: None,
        invisible: false,
    }
}

/// The mapping; rows are (id, name, note).
pub(crate) fn mapping() -> TableMapping {
    let text = || SourceType::Varchar { chars: 50, fixed: false };
    let source = SourceTable {
        id: table("shop"),
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: vec![
            source_column("id", SourceType::Integer { bytes: 8, unsigned: false }, false),
            source_column("name", text(), true),
            source_column("note", text(), true),
        ],
        key: Some(SourceKey {
            index: "PRIMARY".to_owned(),
            kind: KeyKind::Primary,
            columns: vec![column("id")],
        }),
        rows_estimate: 0,
        data_bytes: 0,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    };
    let columns = ["id", "name", "note"].map(|name| (column(name), column(name))).to_vec();
    let names = TableNames { target: table("shop_copy"), columns };
    let options = MappingOptions { zero_dates: ZeroDates::Null, null_rows_exist: true, types_refused: &[] };
    map_table(&source, &names, None, options).unwrap()
}

/// A source row without a note.
pub(crate) fn source_row(id: i64, name: &str) -> SourceRow {
    vec![SourceValue::Int(id), SourceValue::Text(name.to_owned()), SourceValue::Null]
}

/// A target row; an absent text is NULL.
pub(crate) fn target_row(id: i64, name: Option<&str>, note: Option<&str>) -> TargetRow {
    let text = |text: Option<&str>| text.map_or(TargetValue::Null, |text| TargetValue::Text(text.to_owned()));
    vec![TargetValue::Int(id), text(name), text(note)]
}
