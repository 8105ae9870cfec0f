//! Definitions: what declares a barrier, when it is open, and what is read behind it.

use std::time::Duration;

use memory::RowChange;
use migration::ident::TableId;
use migration::message::Message;
use migration::port::{Clock, LogEvent, QueueName};
use migration::reader_state::ReaderState;
use migration::record;
use migration::schema::{SchemaVersion, TableChange};
use migration::value::SourceValue;

use crate::stand::{SHORT, Stand};

fn truncate(stand: &Stand) {
    let change = TableChange::Truncated { table: stand.table(0) };
    stand.world.source.define(vec![change], "TRUNCATE TABLE orders", SourceValue::Null);
}

fn asked(stand: &Stand) -> usize {
    let bodies = stand.world.platform.queue.bodies(QueueName::Changes);
    bodies.iter().filter(|body| matches!(Message::parse(body), Ok(Message::Define { .. }))).count()
}

/// Executes the barrier, as the applier does under its lease.
fn pass(stand: &Stand) {
    let now = stand.world.platform.clock.now();
    let state = stand.state();
    let lanes: Vec<_> = (0..crate::stand::LANES).map(|lane| stand.lane(lane)).collect();
    assert!(state.barrier_is_open(&lanes));
    let barrier = state.barrier.clone().expect("invariant: it is open");
    stand.world.store(record::reader(stand.world.run), &state.behind_barrier(&barrier, now));
}

fn barrier(stand: &Stand) -> ReaderState {
    let state = stand.state();
    let barrier = state.barrier.as_ref().expect("a barrier");
    assert_eq!((barrier.stored, barrier.epoch), (state.position, state.epoch));
    assert!(barrier.position > state.position);
    state
}

#[test]
fn a_definition_waits_for_the_lanes_and_nothing_behind_it_is_shipped_before() {
    let stand = Stand::new();
    stand.insert(20..25);
    truncate(&stand);
    stand.insert(30..35);
    stand.read();
    let declared = barrier(&stand);
    assert_eq!((stand.operations(1).len(), asked(&stand)), (5, 0));
    // A second invocation waits as well.
    stand.read();
    assert_eq!(
        barrier(&stand),
        ReaderState { stored_at: stand.state().stored_at, lanes: stand.state().lanes, ..declared }
    );
    stand.apply(usize::MAX);
    stand.read();
    assert!(asked(&stand) >= 2, "the definition is asked for about each second");
    assert_eq!(stand.operations(1).len(), 5);
    pass(&stand);
    stand.read();
    assert_eq!(stand.operations(1).len(), 10);
    let state = stand.state();
    assert_eq!((state.barrier, state.schema, state.epoch.0), (None, SchemaVersion(1), 1));
    let schemas: Vec<u32> = stand.batches().iter().map(|batch| batch.head.schema.0).collect();
    assert!(schemas.is_sorted() && schemas.first() == Some(&0) && schemas.last() == Some(&1));
}

#[test]
fn a_barrier_passed_while_the_reader_waits_lets_it_go_on() {
    let stand = Stand::new();
    truncate(&stand);
    stand.insert(30..35);
    stand.read();
    pass(&stand);
    truncate(&stand);
    stand.insert(40..45);
    stand.read();
    assert_eq!(stand.operations(1).len(), 5);
    stand.apply(usize::MAX);
    stand.read();
    pass(&stand);
    stand.read();
    assert_eq!(stand.operations(1).len(), 10);
}

#[test]
fn nobody_is_asked_while_a_definition_is_being_executed() {
    let stand = Stand::new();
    truncate(&stand);
    let now = stand.world.platform.clock.now();
    let long = Duration::from_secs(120);
    let held = migration::lease::Lease::unheld().acquire_for(now, now.plus(long), long).unwrap();
    stand.world.store(record::definition_lease(stand.world.run), &held);
    stand.read();
    barrier(&stand);
    assert_eq!(asked(&stand), 0);
}

#[test]
fn a_restart_that_lowers_the_position_deletes_the_barrier_and_declares_it_again() {
    let stand = Stand::new();
    stand.insert(20..25);
    truncate(&stand);
    stand.read();
    barrier(&stand);
    stand.die();
    // The lanes have applied nothing: the new epoch starts before the rows.
    stand.read();
    let state = barrier(&stand);
    assert_eq!(state.epoch.0, 2);
    assert_eq!(stand.operations(2).len(), 5);
    stand.apply(usize::MAX);
    stand.read();
    pass(&stand);
    stand.insert(30..35);
    stand.die();
    stand.read();
    // Nothing before the definition is ever read again.
    assert_eq!((stand.state().epoch.0, stand.operations(3).len()), (3, 5));
}

#[test]
fn a_definition_of_another_table_is_passed_over() {
    let stand = Stand::new();
    let other =
        TableId { database: migration::ident::DatabaseName::new("elsewhere").unwrap(), ..stand.table(0) };
    let change = TableChange::Dropped { table: other };
    let statement = "DROP TABLE elsewhere.orders".to_owned();
    stand.world.source.define(Vec::new(), "CREATE USER x", SourceValue::Null);
    stand.world.source.log_event(LogEvent::Begin(migration::port::Begin {
        at: stand.state().position.transaction,
        gtid: None,
        committed_at: stand.world.platform.clock.now(),
    }));
    stand.world.source.log_event(LogEvent::Definition { changes: vec![change], statement });
    let next = memory::finish(migration::port::ChangeLog::end(&stand.world.source.log())).unwrap().place;
    stand.world.source.log_event(LogEvent::Commit { next });
    stand.insert([30]);
    stand.read();
    assert_eq!((stand.state().barrier, stand.operations(1)), (None, vec!["+30".to_owned()]));
}

#[test]
fn what_cannot_be_read_stops_the_run_where_it_may_concern_it() {
    let unreadable = |tables| LogEvent::Unreadable { tables, what: "rows changed by a statement".to_owned() };
    let stand = Stand::new();
    stand.insert([20]);
    let elsewhere =
        TableId { database: migration::ident::DatabaseName::new("elsewhere").unwrap(), ..stand.table(0) };
    stand.world.source.log_event(unreadable(vec![elsewhere]));
    stand.read();
    assert_eq!(stand.operations(1), ["+20"]);
    stand.world.source.log_event(unreadable(vec![stand.table(0)]));
    stand.read();
    assert!(stand.failure().contains("rows changed by a statement"), "{}", stand.failure());
    assert_eq!(stand.lease().until.0, 0);
    let stand = Stand::new();
    stand.world.source.log_event(unreadable(Vec::new()));
    stand.read();
    assert!(stand.failure().contains("binlog_format=ROW"), "{}", stand.failure());
}

#[test]
fn rows_of_a_prepared_transaction_stop_the_run() {
    let stand = Stand::new();
    let source = &stand.world.source;
    let at = memory::finish(migration::port::ChangeLog::end(&source.log())).unwrap().place;
    let committed_at = stand.world.platform.clock.now();
    source.log_event(LogEvent::Begin(migration::port::Begin { at, gtid: None, committed_at }));
    source.log_event(LogEvent::XaPrepared);
    let map = 3u32.to_le_bytes().to_vec();
    source.log_event(LogEvent::Table { id: 7, table: stand.table(0), map, offset: None });
    source.log_event(LogEvent::Rows { id: 7, kind: 30, payload: Vec::new() });
    stand.read();
    assert!(stand.failure().contains("XA transaction"), "{}", stand.failure());
    assert!(stand.batches().is_empty());
}

#[test]
fn images_that_do_not_fit_the_table_stop_the_run_with_its_name() {
    let stand = Stand::new();
    let key = record::table(stand.world.run, record::TableNumber(0));
    let mut table: migration::table_plan::TableRecord = stand.world.load(&key);
    table.mapping.source.columns.pop();
    stand.world.store(key, &table);
    stand.world.source.commit(vec![RowChange::Insert { table: stand.table(0), row: memory::row(70) }]);
    assert_eq!(stand.read_for(SHORT).unwrap(), migration::outcome::Outcome::Done);
    assert!(stand.failure().contains("shop.orders"), "{}", stand.failure());
}

#[test]
fn a_definition_with_its_rows_is_executed_for_another_server_only_behind_the_rows() {
    let stand = Stand::new();
    let source = &stand.world.source;
    let end = || memory::finish(migration::port::ChangeLog::end(&source.log())).unwrap().place;
    let committed_at = stand.world.platform.clock.now();
    let gtid = migration::gtid::Gtid { origin: "3e11fa47-71ca-11e1-9e33-c80aa9429562".to_owned(), number: 1 };
    let begin =
        || LogEvent::Begin(migration::port::Begin { at: end(), gtid: Some(gtid.clone()), committed_at });
    let behind = || migration::position::LogPlace { offset: end().offset + 50, ..end() };
    source.log_event(begin());
    let change = TableChange::Truncated { table: stand.table(0) };
    source.log_event(LogEvent::Definition { changes: vec![change], statement: "CREATE".to_owned() });
    source.log_event(LogEvent::GoesOn);
    source.log_event(LogEvent::Commit { next: behind() });
    source.log_event(begin());
    source.log_event(LogEvent::Commit { next: behind() });
    stand.read();
    pass(&stand);
    let resume = stand.state().resume;
    assert!(!resume.executed.unwrap().contains(&gtid));
    assert_eq!(resume.inside.unwrap().gtid.as_ref(), Some(&gtid));
    stand.read();
    assert!(stand.state().resume.executed.unwrap().contains(&gtid));
}

#[test]
fn rows_of_what_a_schema_change_tool_makes_are_passed_over() {
    let stand = Stand::new();
    let source = &stand.world.source;
    let at = memory::finish(migration::port::ChangeLog::end(&source.log())).unwrap().place;
    let committed_at = stand.world.platform.clock.now();
    let table = migration::ident::TableName::new("_orders_gho").unwrap();
    source.log_event(LogEvent::Begin(migration::port::Begin { at, gtid: None, committed_at }));
    source.log_event(LogEvent::Table {
        id: 7,
        table: TableId { table, ..stand.table(0) },
        map: vec![9],
        offset: None,
    });
    source.log_event(LogEvent::Rows { id: 7, kind: 30, payload: vec![1] });
    let next = migration::position::LogPlace { offset: at.offset + 200, ..at };
    source.log_event(LogEvent::Commit { next });
    stand.insert([30]);
    stand.read();
    assert_eq!(stand.operations(1), ["+30"]);
}
