//! The target's rows as a client reads them that shares no code with Ferry.
//!
//! Read as text, one SELECT a table, and put into one spelling for each type, because how a value is spelled is one of the
//! things the stand-in may vary: trailing zeros, the words of a BOOLEAN, the layout of JSON, the fraction of a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row, Value};
use servers::LindormLocal;
use tokio::runtime::{Builder, Runtime};

use crate::source::{DATABASE, TABLES};

/// Rows of one SELECT: a target may end a read at 2,000.
const PAGE: usize = 1_500;

/// Rows by table, each as its columns' texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Picture {
    tables: BTreeMap<String, BTreeSet<Vec<String>>>,
}

/// A plain client.
pub(crate) struct Client {
    runtime: Runtime,
    connection: Conn,
}

impl Client {
    pub(crate) fn connect(server: &LindormLocal) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        // Every setting is given, so that nothing is asked at connect: the server may refuse such questions.
        let options = OptsBuilder::default()
            .ip_or_hostname(server.host())
            .tcp_port(server.port())
            .user(Some("root"))
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 26))
            .wait_timeout(Some(600));
        let mut connection = runtime.block_on(Conn::new(options)).context("a client connects")?;
        runtime.block_on(connection.query_drop("SET TIME_ZONE='UTC'"))?;
        Ok(Self { runtime, connection })
    }

    /// Runs a statement that returns nothing.
    pub(crate) fn run(&mut self, sql: &str) -> Result<()> {
        self.runtime.block_on(self.connection.query_drop(sql)).with_context(|| sql.to_owned())
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Row>> {
        self.runtime.block_on(self.connection.query(sql)).with_context(|| sql.to_owned())
    }

    /// Column names with their types, without the column that Ferry adds where it must.
    fn columns(&mut self, database: &str, table: &str) -> Result<Vec<(String, String)>> {
        let rows = self.rows(&format!("DESCRIBE `{database}`.`{table}`"))?;
        let text = |row: &Row, name: &str| row.get::<String, _>(name).context("a column of DESCRIBE");
        let columns: Result<Vec<_>> =
            rows.iter().map(|row| Ok((text(row, "COLUMN_NAME")?, text(row, "TYPE")?))).collect();
        Ok(columns?.into_iter().filter(|(name, _)| name != "ferry_row").collect())
    }

    /// Every row of every table.
    pub(crate) fn picture(&mut self) -> Result<Picture> {
        self.picture_of(DATABASE, TABLES.iter().map(|(table, _)| *table))
    }

    /// Every row of these tables.
    pub(crate) fn picture_of<'t>(
        &mut self,
        database: &str,
        tables: impl IntoIterator<Item = &'t str>,
    ) -> Result<Picture> {
        let mut picture = Picture::default();
        for table in tables {
            let columns = self.columns(database, table)?;
            let names: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}`")).collect();
            let names = names.join(", ");
            let mut rows = BTreeSet::new();
            loop {
                let sql = format!(
                    "SELECT /*+ _l_allow_filtering_ */ {names} FROM `{database}`.`{table}` LIMIT {PAGE} OFFSET {}",
                    rows.len()
                );
                let page = self.rows(&sql)?;
                let count = page.len();
                rows.extend(page.into_iter().map(|row| {
                    let values = row.unwrap().into_iter().zip(&columns);
                    values.map(|(value, (_, kind))| spelled(&value, kind)).collect::<Vec<_>>()
                }));
                if count < PAGE {
                    break;
                }
            }
            picture.tables.insert(table.to_owned(), rows);
        }
        Ok(picture)
    }
}

impl Picture {
    /// How many rows it shows.
    pub(crate) fn rows(&self) -> usize {
        self.tables.values().map(BTreeSet::len).sum()
    }

    /// The first differences from another picture, a line each.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in self.tables.keys() {
            let empty = BTreeSet::new();
            let (ours, theirs) =
                (self.tables.get(table).unwrap_or(&empty), other.tables.get(table).unwrap_or(&empty));
            lines.extend(ours.difference(theirs).take(3).map(|row| format!("{table}: only first: {row:?}")));
            lines.extend(theirs.difference(ours).take(3).map(|row| format!("{table}: only second: {row:?}")));
        }
        lines
    }
}

/// One spelling for each value.
fn spelled(value: &Value, kind: &str) -> String {
    let text = match value {
        Value::NULL => return "NULL".to_owned(),
        Value::Bytes(bytes) => String::from_utf8(bytes.clone())
            .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()),
        other => other.as_sql(true),
    };
    let kind = kind.to_ascii_uppercase();
    if kind.starts_with("DECIMAL") {
        let plain = text.strip_prefix('+').unwrap_or(&text);
        return match plain.contains('.') {
            true => plain.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => plain.to_owned(),
        };
    }
    if kind.starts_with("FLOAT") || kind.starts_with("DOUBLE") {
        return text.parse::<f64>().map_or(text, |number| format!("{number:e}"));
    }
    if kind.starts_with("BOOLEAN") {
        return match text.as_str() {
            "1" | "true" | "TRUE" | "\u{1}" => "true".to_owned(),
            "0" | "false" | "FALSE" | "\0" => "false".to_owned(),
            other => format!("no boolean: {other:?}"),
        };
    }
    if kind.starts_with("JSON") {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
        return parsed.map_or_else(|_| format!("no JSON: {text:?}"), |json| json.to_string());
    }
    if kind.starts_with("TIMESTAMP") && text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use mysql_async::Value;

    use super::spelled;

    #[test]
    fn spellings_of_one_value_are_one() {
        let text = |text: &str, kind: &str| spelled(&Value::Bytes(text.as_bytes().to_vec()), kind);
        assert_eq!(text("1.100", "DECIMAL(10,3)"), text("1.1", "decimal"));
        assert_ne!(text("100", "DECIMAL(10,0)"), text("1", "DECIMAL(10,0)"));
        assert_eq!(text("1", "BOOLEAN"), text("true", "boolean"));
        assert_eq!(text("{\"b\": 1,\"a\":2}", "JSON"), text("{\"b\":1, \"a\": 2}", "JSON"));
        assert_eq!(
            text("2024-01-01 00:00:00.500", "TIMESTAMP"),
            text("2024-01-01 00:00:00.5", "TIMESTAMP(3)")
        );
        assert_ne!(text("", "VARCHAR"), spelled(&Value::NULL, "VARCHAR"));
    }
}
