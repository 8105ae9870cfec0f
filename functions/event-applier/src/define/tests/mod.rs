//! A run that waits at a barrier, and definitions as they are judged there.

mod alone;
mod every_call;

use std::time::Duration;

use memory::{TARGET, World, finish, row};
use migration::barrier::Barrier;
use migration::chunk::Reject;
use migration::definition::{CopyEffect, Effect, Passage, TargetDefinition};
use migration::ident::{ColumnName, TableName};
use migration::lane::Lane;
use migration::lane_progress::LaneProgress;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{CheckpointTable, Clock, Sink, WriteBatch};
use migration::position::{LogPlace, Position, Timeline};
use migration::reader_state::{Evidence, ReaderState};
use migration::record::{self, TableNumber};
use migration::schema::{TableMapping, TargetColumn, TargetType};
use migration::statement_form::StatementForm;
use migration::table_plan::TableRecord;
use migration::value::{Digest, Refusal};

use super::Definer;
use super::entry::Entry;

pub(super) const START: LogPlace = LogPlace { file: 1, offset: 100 };
pub(super) const BEHIND: LogPlace = LogPlace { file: 1, offset: 300 };
pub(super) const MINUTE: Duration = Duration::from_mins(1);

/// A run that copies two chunks of one table and waits at a barrier.
pub(super) fn waiting() -> World {
    waiting_for("full_and_incremental", "stop")
}

/// The same of another mode and policy.
pub(super) fn waiting_for(mode: &str, unsupported: &str) -> World {
    let mut world = World::on(memory::Platform::automatic());
    world.set("migration", serde_json::json!(mode));
    world.set("on_bad_row", serde_json::json!("reject"));
    world.set("on_ddl", serde_json::json!({ "unsupported": unsupported }));
    world.set_rows_per_chunk(5, 2);
    world.add_table("orders", (0..10).map(row));
    world.start();
    world.plan();
    let now = world.platform.clock.now();
    let evidence = Evidence { server_uuid: String::new(), file_name: "log.000001".to_owned(), format: None };
    let mut reader = ReaderState::starting(START, None, evidence, 2, now);
    let definition = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 200 });
    reader.barrier = Some(Barrier {
        position: definition,
        stored: reader.position,
        epoch: reader.epoch,
        next: BEHIND,
        gtid: None,
        goes_on: false,
        committed_at: now,
        changes: Vec::new(),
        statement: "a statement".to_owned(),
    });
    for lane in 0..2 {
        let progress = LaneProgress::starting_at(reader.position);
        world.store(record::lane(world.run, Lane(lane)), &progress);
    }
    world.store(record::reader(world.run), &reader);
    world
}

pub(super) fn definer(
    world: &World,
) -> Definer<'_, memory::MemoryTable, memory::MemoryQueue, memory::MemoryTarget, memory::ManualClock> {
    let platform = &world.platform;
    Definer {
        records: &platform.table,
        queue: &platform.queue,
        target: &world.target,
        clock: &platform.clock,
        target_name: TARGET,
    }
}

/// One message, for a definition that was judged so.
pub(super) fn handle(world: &World, passage: &Passage) -> Result<Outcome, HandlerError> {
    let definer = definer(world);
    finish(async {
        match definer.enter(world.run, world.budget(MINUTE)).await? {
            Entry::Leave(outcome) => Ok(outcome),
            Entry::Held(mut held) => {
                let result = definer.pass(&mut held, passage).await;
                definer.leave(&held, result).await
            }
        }
    })
}

/// Messages until the barrier is passed; what is not done yet comes again when it says.
pub(super) fn pass(world: &World, passage: &Passage) {
    for _ in 0..50 {
        match handle(world, passage) {
            Ok(Outcome::Done) if is_passed(world) => return,
            Ok(Outcome::Again { after }) => world.platform.clock.advance(after),
            Ok(Outcome::Done) | Err(_) => world.platform.clock.advance(Duration::from_millis(10)),
        }
    }
    panic!("the barrier is not passed");
}

/// Looked up without a call, which a scripted fault could hit.
pub(super) fn is_passed(world: &World) -> bool {
    let key = record::reader(world.run);
    let dump = world.platform.table.dump();
    let stored = dump.iter().find(|stored| stored.key == key).expect("the reader's record");
    serde_json::from_str::<ReaderState>(&stored.body).unwrap().barrier.is_none()
}

pub(super) fn reader(world: &World) -> ReaderState {
    world.load(&record::reader(world.run))
}

pub(super) fn table(world: &World, number: u32) -> TableRecord {
    world.load(&record::table(world.run, TableNumber(number)))
}

pub(super) fn truncated(world: &World) -> Passage {
    let mapping = world.mapping(0).clone();
    Passage {
        definitions: vec![TargetDefinition::Truncate { table: mapping.target.id.clone() }],
        effects: vec![Effect::Changes {
            table: TableNumber(0),
            mapping: Box::new(mapping),
            generation: true,
            copy: CopyEffect::Over,
        }],
        ..Passage::default()
    }
}

pub(super) fn added(world: &World, copy: CopyEffect) -> Passage {
    let column = TargetColumn {
        name: ColumnName::new("more").unwrap(),
        column_type: TargetType::Integer,
        key_position: None,
    };
    let mut mapping = world.mapping(0).clone();
    mapping.target.columns.push(column.clone());
    let columns = vec![column];
    Passage {
        definitions: vec![TargetDefinition::AddColumns { table: mapping.target.id.clone(), columns }],
        effects: vec![Effect::Changes {
            table: TableNumber(0),
            mapping: Box::new(mapping),
            generation: true,
            copy,
        }],
        ..Passage::default()
    }
}

pub(super) fn dropped(world: &World) -> Passage {
    let table = world.mapping(0).target.id.clone();
    Passage {
        definitions: vec![TargetDefinition::DropTable { table }],
        effects: vec![Effect::Leaves { table: TableNumber(0) }],
        ..Passage::default()
    }
}

pub(super) fn created(world: &World) -> (Passage, TableMapping) {
    let mut mapping = world.mapping(0).clone();
    mapping.source.id.table = TableName::new("later").unwrap();
    mapping.target.id.table = TableName::new("later").unwrap();
    let passage = Passage {
        definitions: vec![TargetDefinition::CreateTable { table: mapping.target.clone() }],
        effects: vec![Effect::Enters { mapping: Box::new(mapping.clone()) }],
        ..Passage::default()
    };
    (passage, mapping)
}

/// Puts more rows on the reject list than one transaction removes, copied ones and changed ones.
pub(super) fn reject_many(world: &World) {
    let position = Position::boundary(Timeline(0), START);
    let refusal = Refusal::OnlyNulls;
    let writes = (0..90u128).map(|number| {
        let key = Digest(number);
        let position = (number % 2 == 0).then_some(position);
        let reject = Reject { key, column: None, refusal, position };
        record::put_new(record::reject(world.run, TableNumber(0), key), &reject)
    });
    finish(world.platform.table.commit(writes.collect())).unwrap();
}

pub(super) fn rejects(world: &World) -> usize {
    world.all::<Reject>(record::REJECTS).len()
}

/// Writes a row as a lane does.
pub(super) fn write(world: &World, id: i64) {
    let mapping = world.mapping(0);
    let rows = vec![mapping.convert_row(row(id), &mut 0).unwrap()];
    let form = StatementForm::documented();
    let batch = WriteBatch { table: mapping, stamp: None, form, rows };
    finish(world.target.write(batch, world.platform.clock.now().plus(MINUTE))).unwrap();
}
