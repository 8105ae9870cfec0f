//! The records of a run that follows the benchmark's log, as precheck and planner leave them.

use anyhow::{Context, Result, bail};
use migration::ident::{DatabaseName, TableId, TableName};
use migration::lane::Lane;
use migration::lane_progress::LaneProgress;
use migration::port::{ChangeLog, CheckpointTable, Commit, OpenAt, SourceCatalog, Write};
use migration::position::Position;
use migration::reader_state::{Evidence, ReaderState};
use migration::record::{self, TableNumber, TaskHead};
use migration::run::{Event, Run, RunId};
use migration::schema::{MappingOptions, TableNames, map_table};
use migration::stamp::RunStamp;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;
use migration::value::ZeroDates;
use mysql::Source;
use serde_json::json;

use crate::data::DATABASE;
use crate::log::LOGGED;

/// The run.
pub(crate) const RUN: RunId = RunId(uuid::Uuid::from_u128(1));
/// Names the target.
pub(crate) const TARGET: &str = "nowhere";
const NAME: &str = "log";
const LANES: u16 = 16;

/// Stores a run that reads from this place on.
pub(crate) async fn store<R: CheckpointTable>(
    records: &R,
    source: &Source,
    from: &OpenAt,
    now: UnixMs,
) -> Result<()> {
    let id = TableId { database: DatabaseName::new(DATABASE)?, table: TableName::new(LOGGED)? };
    let table = source.describe(&[id]).await?.pop().context("the table is not there")?;
    let columns = table.columns.iter().map(|column| (column.name.clone(), column.name.clone()));
    let names = TableNames { target: table.id.clone(), columns: columns.collect() };
    let options = MappingOptions { zero_dates: ZeroDates::Null, null_rows_exist: true, types_refused: &[] };
    let Ok(mapping) = map_table(&table, &names, None, options) else { bail!("the table cannot be mapped") };
    let mut run = Run::created(RUN, NAME.to_owned(), now);
    let events = [Event::PrecheckStarted, Event::PrecheckPassed, Event::PlanningEnded, Event::CatchUpBegan];
    for event in events {
        run.step(event, "benchmark", now).ok().context("the run does not move")?;
    }
    run.tables = 1;
    let document = json!({
        "name": NAME,
        "source": { "host": "source.example", "user": "ferry", "tls": { "mode": "disabled" } },
        "target": { "host": "target.example", "user": "root", "tls": { "mode": "disabled" } },
        "migration": "full_and_incremental",
        "objects": [{ "database": DATABASE, "include": [LOGGED] }],
        "tuning": { "lanes": LANES },
    });
    let server_uuid = source.end().await?.server_uuid;
    let evidence = Evidence { server_uuid, file_name: from.file_name.clone(), format: None };
    let state = ReaderState::starting(from.place, None, evidence, LANES, now);
    let mut writes = vec![
        record::put_new(record::head(NAME), &TaskHead::with(RUN, document)),
        record::put_new(record::table(RUN, TableNumber(0)), &TableRecord::new(TableNumber(0), mapping)),
        record::put_new(record::stamp(RUN), &RunStamp::At { stamp: now }),
        record::put_new(record::gate(RUN), &now),
        record::put_new(record::reader(RUN), &state),
        record::put_new(record::run(RUN), &run),
    ];
    for lane in 0..LANES {
        let progress = LaneProgress::starting_at(state.position);
        writes.push(record::put_new(record::lane(RUN, Lane(lane)), &progress));
    }
    commit(records, writes).await
}

async fn commit<R: CheckpointTable>(records: &R, writes: Vec<Write>) -> Result<()> {
    match records.commit(writes).await? {
        Commit::Stored => Ok(()),
        Commit::Conflict => bail!("the records are not new"),
    }
}

/// Up to where the reader has shipped.
pub(crate) async fn position<R: CheckpointTable>(records: &R) -> Result<Position> {
    let state = record::load::<ReaderState>(records, &record::reader(RUN)).await?;
    Ok(state.context("no reader")?.value.position)
}

/// Fails where the reader has failed the run.
pub(crate) async fn ensure_alive<R: CheckpointTable>(records: &R) -> Result<()> {
    let run = record::load::<Run>(records, &record::run(RUN)).await?.context("no run")?.value;
    if !run.state.follows() {
        bail!("the run has ended");
    }
    Ok(())
}
