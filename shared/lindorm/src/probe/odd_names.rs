//! Whether names outside the documented characters are taken: spaces, other scripts, a backtick, reserved words.
//!
//! In a second table that lives for this measurement only.

use migration::capabilities::Measured;
use migration::ident::{ColumnName, DatabaseName};
use migration::limits::STATEMENT_TIMEOUT;
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use migration::value::TargetValue;
use mysql_async::{Row, Value};

use crate::bind::bind_rows;
use crate::classify::Class;
use crate::decode::integer;
use crate::failure::Failure;
use crate::moment::now;
use crate::probe::inconclusive;
use crate::probe::scratch::{drop_for_good, make, name, table_id};
use crate::send::Window;
use crate::statement::{point_select, upsert};
use crate::target::Target;

const COLUMNS: [&str; 6] = ["select", "with space", "größe", "注文", "back`tick", "a:b?"];

/// The table with odd names of a run.
pub(super) fn odd_table(run: RunId, database: &DatabaseName) -> TargetTable {
    let columns = COLUMNS.iter().enumerate().map(|(at, column)| TargetColumn {
        name: name(column),
        column_type: TargetType::BigInt,
        key_position: (at == 0).then_some(0),
    });
    TargetTable {
        id: table_id(database, format!("ferry probe `ü` {run}")),
        columns: columns.collect(),
        indexes: Vec::new(),
        attributes: std::collections::BTreeMap::new(),
    }
}

pub(super) async fn measure(
    target: &Target,
    run: RunId,
    database: &DatabaseName,
) -> Result<Measured, Failure> {
    let table = odd_table(run, database);
    match make(target, &table).await {
        Ok(()) => {}
        Err(failure) if failure.class == Class::Unsupported => return Ok(Measured::No),
        Err(failure) => return Err(failure),
    }
    let there_and_back = write_and_read(target, &table).await;
    drop_for_good(target, &table.id).await?;
    match there_and_back {
        Ok(true) => Ok(Measured::Yes),
        Ok(false) => Ok(inconclusive("a row of a table with odd names does not read back")),
        Err(Failure { class: Class::Unsupported | Class::Missing, .. }) => Ok(Measured::No),
        Err(failure) => Err(failure),
    }
}

async fn write_and_read(target: &Target, table: &TargetTable) -> Result<bool, Failure> {
    let columns: Vec<&ColumnName> = table.columns.iter().map(|column| &column.name).collect();
    let numbers = 1..=i64::try_from(columns.len()).expect("invariant: a handful of columns");
    let row = vec![numbers.clone().map(TargetValue::Int).collect::<Vec<_>>()];
    let sql = upsert(&table.id, columns.iter().copied(), false, None, 1);
    let window =
        Window { settled_by: now().plus(STATEMENT_TIMEOUT * 6), stamped: false, timeout: STATEMENT_TIMEOUT };
    target.send(&sql, || bind_rows(&row, columns.len()), window).await?;
    let sql = point_select(&table.id, columns.iter().copied(), columns.iter().copied().take(1));
    let rows = target.read(&sql, &[Value::Int(1)]).await?;
    let read = |row: &Row| (0..row.len()).map(|at| row.as_ref(at).and_then(integer)).collect::<Vec<_>>();
    Ok(rows.iter().map(read).collect::<Vec<_>>() == [numbers.map(Some).collect::<Vec<_>>()])
}
