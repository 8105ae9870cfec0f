//! Counts of rows that could not be carried: one aggregate SELECT a question, given up after a few seconds.

use std::time::Duration;

use migration::ident::ColumnName;
use migration::port::{PortError, SourceQuestion};
use migration::schema::{SourceColumn, SourceTable, SourceType};
use mysql_async::prelude::Queryable;
use mysql_async::{Error, Row};

use crate::catalog::fields::Fields;
use crate::classify::{EXECUTION_TIME_EXCEEDED, classify, fault};
use crate::quoting::{quoted, quoted_table};
use crate::session::Source;
use crate::value_length::{exact_length, is_string, may_exceed, value_length};

/// A scan that takes longer is no longer a light load on the source.
const COUNT_SPAN_MAX: Duration = Duration::from_secs(5);

pub(crate) async fn count(
    source: &Source,
    table: &SourceTable,
    question: &SourceQuestion,
) -> Result<Option<u64>, PortError> {
    let doing = format!("counting rows of {}", table.id);
    let Some(condition) = condition(table, question)? else { return Ok(Some(0)) };
    let sql = format!(
        "SELECT /*+ MAX_EXECUTION_TIME({}) */ COUNT(*) FROM {} WHERE {condition}",
        COUNT_SPAN_MAX.as_millis(),
        quoted_table(&table.id)
    );
    let mut session = source.session().await?;
    let rows: Result<Vec<Row>, Error> = session.conn.query(sql).await;
    match rows {
        Err(Error::Server(error)) if error.code == EXECUTION_TIME_EXCEEDED => Ok(None),
        Err(error) => Err(classify(&error, &doing)),
        Ok(rows) => {
            let counted = rows.into_iter().next().and_then(|row| Fields::of(row).number(0));
            counted.map(Some).ok_or_else(|| fault(format!("{doing}: no answer")))
        }
    }
}

/// The rows a question is about; none where no row of the table can be meant.
fn condition(table: &SourceTable, question: &SourceQuestion) -> Result<Option<String>, PortError> {
    Ok(match question {
        SourceQuestion::LongerThan { column, bytes } => {
            let column = named(table, column)?;
            may_exceed(column, *bytes).then(|| format!("{} > {bytes}", value_length(column, *bytes)))
        }
        SourceQuestion::KeyLongerThan { bytes } => {
            let lengths: Vec<String> = key(table)?.into_iter().map(exact_length).collect();
            (!lengths.is_empty()).then(|| format!("{} > {bytes}", lengths.join(" + ")))
        }
        SourceQuestion::NulInKey => {
            let strings: Vec<String> = key(table)?
                .into_iter()
                .filter(|column| is_string(&column.column_type))
                .map(has_nul)
                .collect();
            (!strings.is_empty()).then(|| strings.join(" OR "))
        }
        SourceQuestion::ZeroDates { column } => {
            let column = named(table, column)?;
            let name = quoted(column.name.as_str());
            has_date(column).then(|| format!("YEAR({name}) = 0 OR MONTH({name}) = 0 OR DAY({name}) = 0"))
        }
        SourceQuestion::AllNull { columns } => {
            let nulls: Result<Vec<String>, PortError> = columns
                .iter()
                .map(|column| {
                    named(table, column).map(|column| format!("{} IS NULL", quoted(column.name.as_str())))
                })
                .collect();
            let nulls = nulls?;
            (!nulls.is_empty()).then(|| nulls.join(" AND "))
        }
        SourceQuestion::Empty { columns } => {
            let empty: Result<Vec<String>, PortError> = columns
                .iter()
                .map(|column| {
                    let name = quoted(named(table, column)?.name.as_str());
                    Ok(format!("OCTET_LENGTH({name}) = 0"))
                })
                .collect();
            let empty = empty?;
            (!empty.is_empty()).then(|| empty.join(" OR "))
        }
    })
}

fn named<'a>(table: &'a SourceTable, name: &ColumnName) -> Result<&'a SourceColumn, PortError> {
    table.column(name).ok_or_else(|| fault(format!("table {} has no column {name}", table.id)))
}

fn key(table: &SourceTable) -> Result<Vec<&SourceColumn>, PortError> {
    let names = table.key.iter().flat_map(|key| &key.columns);
    names.map(|name| named(table, name)).collect()
}

fn has_date(column: &SourceColumn) -> bool {
    matches!(
        column.column_type,
        SourceType::Date | SourceType::DateTime { .. } | SourceType::Timestamp { .. }
    )
}

/// Searched as bytes: to most collations U+0000 weighs nothing and would be found everywhere.
fn has_nul(column: &SourceColumn) -> String {
    format!("LOCATE(0x00, CAST(CONVERT({} USING utf8mb4) AS BINARY)) > 0", quoted(column.name.as_str()))
}
