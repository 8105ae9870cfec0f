//! Where a chunk ends: the key of the last of a number of rows, in MySQL's own order.
//!
//! The chunk is (after, key], the rest (key, through]; a key is only returned where the rest holds a row.

use std::time::Duration;

use migration::key::{KeyRange, KeyTuple, KeyValue};
use migration::port::{KeySampler, PortError};
use migration::schema::TableMapping;
use mysql_async::prelude::Queryable;
use mysql_async::{Params, Row, Value};

use crate::classify::{classify, fault};
use crate::key_range::Condition;
use crate::read::select::{from_by_key, key_columns, order_by};
use crate::session::Source;

/// Stepping over a chunk's rows is an index scan; one that takes longer needs smaller chunks or a quieter source.
const SCAN_SPAN_MAX: Duration = Duration::from_secs(120);

impl KeySampler for Source {
    async fn boundary_after(
        &self,
        table: &TableMapping,
        range: &KeyRange,
        rows: u64,
    ) -> Result<Option<KeyTuple>, PortError> {
        let doing = format!("finding a chunk boundary of {}", table.source.id);
        let Some(skipped) = rows.checked_sub(1) else {
            return Err(fault(format!("{doing}: a chunk of no rows was asked for")));
        };
        let key = key_columns(&table.source, &table.key)?;
        let condition = Condition::of(&key, range)?;
        let selected: Vec<String> = key.iter().map(crate::key_column::KeyColumn::selected).collect();
        let sql = format!(
            "SELECT /*+ MAX_EXECUTION_TIME({}) */ {}{}{}{} LIMIT 2 OFFSET ?",
            SCAN_SPAN_MAX.as_millis(),
            selected.join(", "),
            from_by_key(table),
            condition.sql,
            order_by(&key),
        );
        let mut parameters = condition.parameters;
        parameters.push(Value::UInt(skipped));
        let mut session = self.session().await?;
        let found: Result<Vec<Row>, _> = session.conn.exec(sql, Params::Positional(parameters)).await;
        let mut found = found.map_err(|error| classify(&error, &doing))?.into_iter();
        let (Some(last), Some(_)) = (found.next(), found.next()) else { return Ok(None) };
        let values: Result<Vec<KeyValue>, PortError> =
            key.iter().zip(last.unwrap()).map(|(column, value)| column.decode(value)).collect();
        values.map(KeyTuple).map(Some)
    }
}
