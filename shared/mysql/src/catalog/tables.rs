//! Tables as `information_schema` describes them, many at a time.
//!
//! The catalog is asked four times for each group of tables, never once a table. Names come back as the server spells
//! them, and are compared by the catalog's own rules (`lower_case_table_names`).

use std::collections::BTreeMap;

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::port::PortError;
use migration::schema::{Generated, SourceColumn, SourceTable, StringDefault, TableKind};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row, Value};

use crate::catalog::column_type::column_type;
use crate::catalog::fields::Fields;
use crate::catalog::key_choice::{IndexPart, choose_key};
use crate::classify::{classify, fault};
use crate::session::Source;

/// Tables asked for at a time: few statements, and answers of bounded size.
const TABLES_AT_ONCE: usize = 200;

const TABLES: &str = "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, CREATE_OPTIONS, \
    TABLE_COLLATION, (SELECT CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME = TABLE_COLLATION) \
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN ({}) ORDER BY TABLE_NAME";
const COLUMNS: &str = "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, COLLATION_NAME, \
    EXTRA FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN ({}) \
    ORDER BY TABLE_NAME, ORDINAL_POSITION";
const INDEXES: &str = "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART /*!80013 , IS_VISIBLE */ \
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN ({}) AND NON_UNIQUE = 0 \
    ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";
const CASCADES: &str = "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS \
    WHERE CONSTRAINT_SCHEMA = ? AND TABLE_NAME IN ({}) AND (UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') \
    OR DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')) ORDER BY TABLE_NAME, CONSTRAINT_NAME";

/// The base tables and views of a database by name; none where it does not exist for this account.
pub(crate) async fn table_names(
    source: &Source,
    database: &DatabaseName,
) -> Result<Option<Vec<TableId>>, PortError> {
    let mut session = source.session().await?;
    let name = || vec![Value::from(database.as_str())];
    let exists = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?";
    let found = fetch(&mut session.conn, exists.to_owned(), name()).await?;
    let Some(found) = found.first() else { return Ok(None) };
    let database = DatabaseName::new(found.text_or_empty(0)).map_err(|_| unusable("database"))?;
    let tables = "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? \
                  ORDER BY TABLE_NAME";
    let rows = fetch(&mut session.conn, tables.to_owned(), name()).await?;
    let known = rows.iter().filter(|row| kind(&row.text_or_empty(1)).is_some());
    let tables: Result<Vec<TableId>, PortError> =
        known.map(|row| table_id(&database, row.text_or_empty(0))).collect();
    tables.map(Some)
}

/// The tables that exist, by database and name.
pub(crate) async fn describe(source: &Source, tables: &[TableId]) -> Result<Vec<SourceTable>, PortError> {
    let mut by_database: BTreeMap<&DatabaseName, Vec<&str>> = BTreeMap::new();
    for table in tables {
        by_database.entry(&table.database).or_default().push(table.table.as_str());
    }
    let mut session = source.session().await?;
    let mut described = Vec::with_capacity(tables.len());
    for (database, names) in by_database {
        for names in names.chunks(TABLES_AT_ONCE) {
            described.extend(describe_some(&mut session.conn, database, names).await?);
        }
    }
    Ok(described)
}

async fn describe_some(
    conn: &mut Conn,
    database: &DatabaseName,
    names: &[&str],
) -> Result<Vec<SourceTable>, PortError> {
    let places = vec!["?"; names.len()].join(", ");
    let ask = |sql: &str| sql.replace("{}", &places);
    let parameters = || -> Vec<Value> {
        std::iter::once(database.as_str()).chain(names.iter().copied()).map(Value::from).collect()
    };
    let tables = fetch(conn, ask(TABLES), parameters()).await?;
    let mut columns = grouped(fetch(conn, ask(COLUMNS), parameters()).await?);
    let mut indexes = grouped(fetch(conn, ask(INDEXES), parameters()).await?);
    let mut cascades = grouped(fetch(conn, ask(CASCADES), parameters()).await?);
    let mut described = Vec::with_capacity(tables.len());
    for row in &tables {
        let Some(kind) = kind(&row.text_or_empty(1)) else { continue };
        let name = row.text_or_empty(0);
        let columns: Vec<SourceColumn> =
            columns.remove(&name).unwrap_or_default().iter().map(column).collect::<Result<_, _>>()?;
        let parts: Vec<IndexPart> =
            indexes.remove(&name).unwrap_or_default().iter().map(index_part).collect();
        let cascades = cascades.remove(&name).unwrap_or_default();
        described.push(SourceTable {
            kind,
            engine: row.text_or_empty(2),
            create_options: row.text_or_empty(5),
            key: choose_key(&columns, &parts),
            columns,
            rows_estimate: row.number(3).unwrap_or(0),
            data_bytes: row.number(4).unwrap_or(0),
            cascading_foreign_keys: cascades.iter().map(|row| row.text_or_empty(1)).collect(),
            strings: StringDefault { charset: row.text(7), collation: row.text(6) },
            id: table_id(database, name)?,
        });
    }
    Ok(described)
}

async fn fetch(conn: &mut Conn, sql: String, parameters: Vec<Value>) -> Result<Vec<Fields>, PortError> {
    let rows: Result<Vec<Row>, _> = conn.exec(sql, Params::Positional(parameters)).await;
    let rows = rows.map_err(|error| classify(&error, "reading the catalog"))?;
    Ok(rows.into_iter().map(Fields::of).collect())
}

/// Rows by their first field, the table's name.
fn grouped(rows: Vec<Fields>) -> BTreeMap<String, Vec<Fields>> {
    let mut groups: BTreeMap<String, Vec<Fields>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.text_or_empty(0)).or_default().push(row);
    }
    groups
}

fn kind(table_type: &str) -> Option<TableKind> {
    match table_type {
        "BASE TABLE" | "SYSTEM VERSIONED" => Some(TableKind::Base),
        "VIEW" | "SYSTEM VIEW" => Some(TableKind::View),
        _ => None,
    }
}

fn column(row: &Fields) -> Result<SourceColumn, PortError> {
    let spelling = row.text_or_empty(2);
    let extra = row.text_or_empty(6).to_ascii_uppercase();
    let generated = if extra.contains("VIRTUAL GENERATED") {
        Some(Generated::Virtual)
    } else if extra.contains("STORED GENERATED") {
        Some(Generated::Stored)
    } else {
        None
    };
    Ok(SourceColumn {
        name: ColumnName::new(row.text_or_empty(1)).map_err(|_| unusable("column"))?,
        column_type: column_type(&spelling),
        spelling,
        nullable: row.text_or_empty(3) != "NO",
        charset: row.text(4),
        collation: row.text(5),
        generated,
        invisible: extra.contains("INVISIBLE"),
    })
}

fn index_part(row: &Fields) -> IndexPart {
    IndexPart {
        index: row.text_or_empty(1),
        column: row.text(2),
        prefix: row.number(3).is_some(),
        visible: row.text(4).is_none_or(|visible| visible == "YES"),
    }
}

fn table_id(database: &DatabaseName, name: String) -> Result<TableId, PortError> {
    let table = TableName::new(name).map_err(|_| unusable("table"))?;
    Ok(TableId { database: database.clone(), table })
}

fn unusable(what: &str) -> PortError {
    fault(format!("reading the catalog: a {what} has a name that is none"))
}
