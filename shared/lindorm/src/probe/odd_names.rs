//! Whether names outside the documented characters are taken: spaces, other scripts, a backtick, reserved words.
//!
//! In a table of its own that lives for this measurement only.

use migration::capabilities::Measured;
use migration::ident::DatabaseName;
use migration::limits::DDL_TIMEOUT;
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use mysql_async::Row;

use crate::classify::Class;
use crate::decode::integer;
use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::line::{Line, is_unseen_table};
use crate::probe::scratch::{SETTLING_PAUSE, SETTLING_TRIES, TEXT, make, name, table_id};
use crate::statement::{quoted, table_name};
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
    let mut there_and_back = write_and_read(target, &table).await;
    let mut tries = 1;
    while tries < SETTLING_TRIES && there_and_back.as_ref().is_err_and(is_unseen_table) {
        tokio::time::sleep(SETTLING_PAUSE).await;
        // Another try of this run may have dropped it.
        make(target, &table).await?;
        there_and_back = write_and_read(target, &table).await;
        tries += 1;
    }
    match there_and_back {
        Ok(true) => Ok(Measured::Yes),
        Ok(false) => Ok(inconclusive("a row of a table with odd names does not read back")),
        Err(failure) if is_unseen_table(&failure) => {
            Ok(inconclusive("a table with an odd name was made and is not found"))
        }
        Err(Failure { class: Class::Unsupported | Class::Missing, .. }) => Ok(Measured::No),
        Err(failure) => Err(failure),
    }
}

async fn write_and_read(target: &Target, table: &TargetTable) -> Result<bool, Failure> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(column.name.as_str())).collect();
    let (names, id) = (names.join(", "), table_name(&table.id));
    let numbers = 1..=i64::try_from(table.columns.len()).expect("invariant: a handful of columns");
    let values: Vec<String> = numbers.clone().map(|number| number.to_string()).collect();
    // The values stand in the text already, because a name holds a question mark.
    let sql = format!("UPSERT INTO {id} ({names}) VALUES ({})", values.join(","));
    let line = Line { sql, values: Vec::new(), timeout: DDL_TIMEOUT };
    target.tell(&line, TEXT).await?;
    let key = quoted(table.columns.first().map_or("", |column| column.name.as_str()));
    let rows = target.ask(&format!("SELECT {names} FROM {id} WHERE {key} = 1")).await?;
    let read = |row: &Row| (0..row.len()).map(|at| row.as_ref(at).and_then(integer)).collect::<Vec<_>>();
    Ok(rows.iter().map(read).collect::<Vec<_>>() == [numbers.map(Some).collect::<Vec<_>>()])
}
