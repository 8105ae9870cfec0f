//! Source and target as a plain client reads them, row by row, as text.

use std::collections::BTreeSet;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row, Value};

/// Rows of one SELECT: a target may end a read at 2,000.
const PAGE: usize = 1_500;

/// Where a side listens, and who asks.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) port: u16,
    pub(crate) user: &'static str,
    pub(crate) password: Option<&'static str>,
    /// In front of the columns of a SELECT that reads by no key.
    pub(crate) hint: &'static str,
}

impl Side {
    async fn connect(&self) -> Conn {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .user(Some(self.user))
            .pass(self.password)
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 26))
            .wait_timeout(Some(600));
        Conn::new(options).await.expect("a client connects")
    }

    /// Every row of a table; none where there is no such table yet.
    pub(crate) async fn rows(&self, table: &str, columns: &str) -> Option<BTreeSet<Vec<String>>> {
        let mut client = self.connect().await;
        let mut rows = BTreeSet::new();
        loop {
            let (hint, seen) = (self.hint, rows.len());
            let sql = format!("SELECT {hint} {columns} FROM {table} LIMIT {PAGE} OFFSET {seen}");
            let page: Vec<Row> = client.query(sql).await.ok()?;
            let count = page.len();
            rows.extend(page.into_iter().map(|row| row.unwrap().iter().map(text).collect::<Vec<_>>()));
            if count < PAGE {
                return Some(rows);
            }
        }
    }
}

/// Text as it is, NULL as `NULL`, what is no text in hexadecimal digits; a decimal number without zeros at its end.
fn text(value: &Value) -> String {
    match value {
        Value::NULL => "NULL".to_owned(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(number) if number.contains('.') && number.parse::<f64>().is_ok() => {
                number.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        },
        other => other.as_sql(true),
    }
}

/// The first differences of a table between two sides, a line each.
pub(crate) async fn differences(
    sides: [&Side; 2],
    databases: [&str; 2],
    table: &str,
    columns: &str,
) -> Vec<String> {
    let [source, target] = sides;
    let ours = source.rows(&format!("{}.{table}", databases[0]), columns).await.expect("the source answers");
    let Some(theirs) = target.rows(&format!("{}.{table}", databases[1]), columns).await else {
        return vec![format!("{table}: the target has no such table")];
    };
    let only = |words: &str, rows: Vec<&Vec<String>>| -> Vec<String> {
        rows.into_iter().take(3).map(|row| format!("{table}: only {words}: {row:?}")).collect()
    };
    let mut lines = only("in the source", ours.difference(&theirs).collect());
    lines.extend(only("in the target", theirs.difference(&ours).collect()));
    lines
}
