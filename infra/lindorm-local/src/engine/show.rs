//! DESCRIBE and SHOW, with exactly the columns the pages state.
//!
//! Headers that no page states (SHOW TABLES, SHOW COLUMNS, SHOW INDEX) are chosen here; clients should go by position.

use crate::answer::{Answer, Column, ColumnKind, SqlError};
use crate::engine::like::is_like;
use crate::engine::listing::{Listing, text_columns};
use crate::engine::schema::{ColumnDef, Place, Schema};
use crate::engine::table::Table;
use crate::engine::table_option::DEFAULTS;
use crate::engine::{Engine, Parameters, Presence, Session};
use crate::engine::{shown_grants, variables};
use crate::refusal;
use crate::sql::{Show, TableName};

const DESCRIBE: [&str; 6] =
    ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "TYPE", "IS_PRIMARY_KEY", "SORT_ORDER"];
const INDEX: [&str; 6] =
    ["TABLE_SCHEMA", "DATA_TABLE", "INDEX_NAME", "INDEX_STATE", "INDEX_TYPE", "INDEX_COLUMN"];
const VARIABLE: [&str; 2] = ["Variable_name", "Value"];

const PRIVILEGES: [&str; 4] = ["user", "global privileges", "database privileges", "table privileges"];

/// The columns of a SHOW statement.
pub(crate) fn columns(show: &Show) -> Vec<Column> {
    text_columns(names(show))
}

fn names(show: &Show) -> &'static [&'static str] {
    match show {
        Show::Databases => &["SCHEMA"],
        Show::Tables(_) => &["TABLE_NAME"],
        Show::Describe(_) | Show::Columns(_) => &DESCRIBE,
        Show::CreateTable(_) => &["TABLE", "CREATE TABLE"],
        Show::Indexes(_) => &INDEX,
        Show::TableVariables(..) | Show::Variables(_) | Show::SystemVariables(_) => &VARIABLE,
        Show::Warnings => &["Level", "Code", "Message"],
        Show::Users => &["user"],
        Show::Privileges => &PRIVILEGES,
    }
}

/// Runs a SHOW statement.
pub(crate) fn show(show: &Show, engine: &Engine, session: &Session) -> Result<Answer, SqlError> {
    let Engine { catalog, directory, .. } = engine;
    let assumptions = engine.assumptions();
    let absent = |statement: &str, presence: Presence| match presence {
        Presence::Present => Ok(()),
        Presence::Absent => Err(refusal::unsupported(statement)),
    };
    let find = |name: &TableName| engine.readable(session, name);
    let rows = match show {
        Show::Databases => {
            let mut names = catalog.database_names();
            names.extend(engine.views.shown().map(str::to_owned));
            names.sort();
            one_column(names)
        }
        Show::Tables(database) => {
            one_column(catalog.table_names(database.as_deref().unwrap_or(&session.database))?)
        }
        Show::Describe(table) | Show::Columns(table) => {
            let table = find(table)?;
            describe(&table, assumptions.describe_parameters == Parameters::Shown)
        }
        Show::CreateTable(table) => {
            absent("SHOW CREATE TABLE", assumptions.show_create_table)?;
            let table = find(table)?;
            vec![vec![table.name.clone(), create_table(&table)]]
        }
        Show::TableVariables(table, pattern) => {
            absent("SHOW TABLE VARIABLES", assumptions.show_table_variables)?;
            table_variables(&find(table)?.schema(), pattern.as_deref())
        }
        Show::Indexes(table) => {
            absent("SHOW INDEX", assumptions.show_index)?;
            indexes(&*find(table)?)
        }
        Show::Variables(pattern) => variables::listed(session, assumptions, pattern.as_deref())?,
        Show::Users => {
            one_column(directory.read(|all| all.each().map(|(user, _)| user.to_owned()).collect()))
        }
        Show::Privileges => directory.read(shown_grants::rows),
        Show::SystemVariables(pattern) => engine.system.listed(pattern.as_deref()),
        Show::Warnings => Vec::new(),
    };
    Ok(Listing::texts(names(show), rows))
}

fn one_column(values: Vec<String>) -> Vec<Vec<String>> {
    values.into_iter().map(|value| vec![value]).collect()
}

fn describe(table: &Table, parameters: bool) -> Vec<Vec<String>> {
    let schema = table.schema();
    let in_key = schema.key.iter().map(|part| &schema.columns[part.column]);
    let others = schema.columns.iter().filter(|column| matches!(column.place, Place::Cell(_)));
    let row = |column: &ColumnDef| {
        let (is_key, order) = match column.place {
            Place::Key(part) if schema.key[part].descending => ("true", "DESC"),
            Place::Key(_) => ("true", "ASC"),
            Place::Cell(_) => ("false", "none"),
        };
        let kind = kind_name(column.kind, parameters);
        [&table.database, &table.name, &column.name, kind.as_str(), is_key, order].map(str::to_owned).to_vec()
    };
    in_key.chain(others).map(row).collect()
}

/// A type's name in upper case.
pub(crate) fn kind_name(kind: ColumnKind, parameters: bool) -> String {
    let with =
        |word: &str, inside: String| if parameters { format!("{word}({inside})") } else { word.to_owned() };
    match kind {
        ColumnKind::Boolean => "BOOLEAN".to_owned(),
        ColumnKind::TinyInt => "TINYINT".to_owned(),
        ColumnKind::SmallInt => "SMALLINT".to_owned(),
        ColumnKind::Integer => "INT".to_owned(),
        ColumnKind::BigInt => "BIGINT".to_owned(),
        ColumnKind::BigIntUnsigned => "BIGINT UNSIGNED".to_owned(),
        ColumnKind::Float => "FLOAT".to_owned(),
        ColumnKind::Double => "DOUBLE".to_owned(),
        ColumnKind::Decimal { precision, scale } => with("DECIMAL", format!("{precision},{scale}")),
        ColumnKind::Varchar { length: Some(length) } => with("VARCHAR", length.to_string()),
        ColumnKind::Varchar { length: None } => "VARCHAR".to_owned(),
        ColumnKind::Char { length } => with("CHAR", length.to_string()),
        ColumnKind::Binary { length } => with("BINARY", length.to_string()),
        ColumnKind::Varbinary => "VARBINARY".to_owned(),
        ColumnKind::Date => "DATE".to_owned(),
        ColumnKind::Time => "TIME".to_owned(),
        ColumnKind::Timestamp => "TIMESTAMP".to_owned(),
        ColumnKind::Json => "JSON".to_owned(),
    }
}

/// The statement that makes the table, without its options.
fn create_table(table: &Table) -> String {
    let schema = table.schema();
    let mut parts: Vec<String> = Vec::new();
    for column in &schema.columns {
        let not_null = if column.not_null { " NOT NULL" } else { "" };
        parts.push(format!(
            "{} {}{not_null}",
            name(&column.name),
            kind_name(column.kind, true).to_lowercase()
        ));
    }
    let key = schema.key.iter().map(|part| {
        format!("{}{}", name(&schema.columns[part.column].name), if part.descending { " DESC" } else { "" })
    });
    parts.push(format!("PRIMARY KEY ({})", key.collect::<Vec<_>>().join(", ")));
    format!("CREATE TABLE {}({})", name(&table.name), parts.join(", "))
}

/// A name, in backticks where it needs them.
fn name(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

fn table_variables(schema: &Schema, pattern: Option<&str>) -> Vec<Vec<String>> {
    let mut options = schema.options.clone();
    for (name, value) in DEFAULTS {
        options.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let shown = options
        .into_iter()
        .filter(|(name, _)| pattern.is_none_or(|pattern| is_like(name.as_bytes(), &pattern.to_uppercase())));
    shown.map(|(name, value)| vec![name, value]).collect()
}

fn indexes(table: &Table) -> Vec<Vec<String>> {
    let row = |index: &crate::engine::schema::Index| {
        let kind = if index.search { "SEARCH" } else { "SECONDARY" };
        let columns = index.columns.join(",");
        [&table.database, &table.name, &index.name, "ACTIVE", kind, columns.as_str()]
            .map(str::to_owned)
            .to_vec()
    };
    table.schema().indexes.iter().map(row).collect()
}
