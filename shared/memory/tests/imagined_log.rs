//! The source's log: what it tells of transactions, what a SELECT sees of them when, and what another server knows.

use std::time::Duration;

use futures_util::FutureExt;
use memory::{MemoryImages, MemorySource, MemoryStream, Platform, RowChange};
use migration::key::KeyRange;
use migration::port::{
    ChangeLog, LogEvent, LogGone, LogStream, OpenAt, PageRequest, RawChange, RowImages, RowSource,
};
use migration::position::LogPlace;
use migration::schema::{Alteration, ColumnPlace, ExistingRows, SourceColumn, TableChange};
use migration::value::{SourceRow, SourceValue};

use crate::shop::{column, mapping, source_row};

const WAIT: Duration = Duration::from_millis(100);

fn source(platform: &Platform) -> MemorySource {
    let source = MemorySource::new(platform.faults.clone());
    source.add_rows(&mapping(), [source_row(1, "one"), source_row(2, "two")]);
    source
}

fn insert(id: i64, name: &str) -> RowChange {
    RowChange::Insert { table: mapping().source.id, row: source_row(id, name) }
}

fn open(source: &MemorySource, place: LogPlace) -> Result<MemoryStream, LogGone> {
    source.log().open(&OpenAt { place, file_name: String::new() }).now_or_never().unwrap().unwrap()
}

fn events(stream: &mut MemoryStream) -> Vec<LogEvent> {
    let mut events = Vec::new();
    while let Some(Ok(Some(event))) = stream.next(WAIT).now_or_never() {
        let is_idle = matches!(event, LogEvent::Idle { .. });
        events.push(event);
        if is_idle {
            break;
        }
    }
    events
}

fn kinds(events: &[LogEvent]) -> String {
    let kind = |event: &LogEvent| match event {
        LogEvent::File { .. } => 'F',
        LogEvent::Begin(_) => 'B',
        LogEvent::Table { .. } => 'T',
        LogEvent::Rows { .. } => 'R',
        LogEvent::Commit { .. } => 'C',
        LogEvent::Definition { .. } => 'D',
        LogEvent::Idle { .. } => 'I',
        LogEvent::XaPrepared | LogEvent::Unreadable { .. } | LogEvent::GoesOn => '?',
    };
    events.iter().map(kind).collect()
}

fn seen(source: &MemorySource) -> usize {
    let (table, range) = (mapping(), KeyRange { after: None, through: None });
    let request = PageRequest { table: &table, range: &range, rows_max: 100, bytes_max: 1 << 20 };
    source.page(&request).now_or_never().unwrap().unwrap().rows.len()
}

#[test]
fn a_transaction_is_read_from_its_start_across_files_and_a_statement_from_its_table() {
    let platform = Platform::automatic();
    let source = source(&platform);
    source.set_gtids(false);
    let start = source.log().start().now_or_never().unwrap().unwrap();
    source.commit((3..8).map(|id| insert(id, "x")).collect());
    source.rotate_log();
    source.commit(vec![insert(9, "y")]);
    let mut stream = open(&source, start.place).unwrap();
    let all = events(&mut stream);
    assert_eq!(kinds(&all), "FBTRRCFBTRCI");
    let LogEvent::Table { offset: Some(offset), .. } = all[2] else { panic!("a table") };
    let inside = open(&source, LogPlace { offset, ..start.place });
    assert_eq!(kinds(&events(&mut inside.unwrap())), "FTRRCFBTRCI");
}

#[test]
fn images_hold_what_was_changed_and_a_definition_changes_what_follows() {
    let platform = Platform::automatic();
    let source = source(&platform);
    let table = mapping().source;
    let (before, after) =
        (source_row(1, "one"), vec![SourceValue::Int(1), SourceValue::Null, SourceValue::Null]);
    source.commit(vec![RowChange::Update {
        table: table.id.clone(),
        before: before.clone(),
        after: after.clone(),
    }]);
    let added = SourceColumn { name: column("more"), ..table.columns[1].clone() };
    let place = ColumnPlace::After(column("id"));
    let alterations = vec![Alteration::AddColumn { column: added, place, existing: ExistingRows::Null }];
    let change = TableChange::Altered { table: table.id.clone(), alterations };
    source.define(vec![change], "ALTER TABLE customer ADD COLUMN more", SourceValue::Null);
    assert_eq!(source.committed(&table.id)[0].len(), 4);
    let place = source.log().start().now_or_never().unwrap().unwrap().place;
    let all = events(&mut open(&source, place).unwrap());
    assert_eq!(kinds(&all), "FBTRCBDCI");
    let (LogEvent::Table { map, .. }, LogEvent::Rows { kind, payload, .. }) = (&all[2], &all[3]) else {
        panic!("rows of a table")
    };
    let images = MemoryImages;
    let shape = images.shape(map, &table).unwrap();
    assert!(images.shape(map, &source.definition(&table.id).unwrap()).is_err());
    let names = [column("id"), column("name"), column("note")];
    let columns = images.columns(&shape, &names).unwrap();
    let key = images.columns(&shape, &names[..1]).unwrap();
    let mut found: Vec<SourceRow> = Vec::new();
    images
        .changes(&shape, *kind, payload, |change| {
            let RawChange::Update { before, after } = change else { panic!("an update") };
            for image in [before, after] {
                found.push(images.decode(&shape, &columns, image)?);
                let prefix = images.prefix(&shape, &key, image)?;
                assert!(prefix.len() <= image.len());
                assert_eq!(images.decode(&shape, &key, prefix)?, [SourceValue::Int(1)]);
            }
            let nulls = images.nulls(&shape, after)?;
            assert_eq!(images.are_null(&shape, &columns, nulls), [false, true, true]);
            Ok::<_, migration::port::ImageFault>(())
        })
        .unwrap();
    assert_eq!(found, [before, after]);
}

#[test]
fn a_select_sees_a_slow_transaction_later_than_the_log_does() {
    let platform = Platform::stepped();
    let source = source(&platform);
    let log = source.log();
    source.commit_slowly(vec![insert(3, "slow")], Duration::from_secs(2));
    let (start, end) =
        (log.start().now_or_never().unwrap().unwrap(), log.end().now_or_never().unwrap().unwrap());
    assert!(start.executed.unwrap().is_empty());
    assert_eq!((seen(&source), log.is_visible(&end).now_or_never().unwrap().unwrap()), (2, false));
    platform.clock.advance(Duration::from_secs(2));
    assert_eq!((seen(&source), log.is_visible(&end).now_or_never().unwrap().unwrap()), (3, true));
    assert!(!log.start().now_or_never().unwrap().unwrap().executed.unwrap().is_empty());
}

#[test]
fn a_purged_place_and_one_of_another_history_cannot_be_opened() {
    let platform = Platform::automatic();
    let source = source(&platform);
    source.commit(vec![insert(3, "x")]);
    let end = source.log().end().now_or_never().unwrap().unwrap().place;
    source.rotate_log();
    source.purge_log(1);
    let purged = LogGone::Purged { oldest: Some("binlog.000002".to_owned()) };
    assert_eq!(open(&source, end).unwrap_err(), purged);
    source.reset_log();
    assert_eq!(open(&source, end).unwrap_err(), LogGone::Beyond);
}

#[test]
fn another_server_lacks_what_was_lost_and_breaks_open_streams() {
    let platform = Platform::automatic();
    let source = source(&platform);
    let place = source.log().start().now_or_never().unwrap().unwrap().place;
    let mut stream = open(&source, place).unwrap();
    for id in 3..6 {
        source.commit(vec![insert(id, "x")]);
    }
    let before = source.log().end().now_or_never().unwrap().unwrap();
    source.fail_over(1);
    let after = source.log().end().now_or_never().unwrap().unwrap();
    assert_ne!(before.server_uuid, after.server_uuid);
    let (before, after) = (before.executed.unwrap(), after.executed.unwrap());
    assert!(before.contains_all(&after) && !after.contains_all(&before));
    assert_eq!((seen(&source), source.rows(&mapping().source.id).len()), (4, 4));
    stream.next(WAIT).now_or_never().unwrap().unwrap();
    assert!(stream.next(WAIT).now_or_never().unwrap().is_err());
    let first = source.log().file_for(&after).now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(kinds(&events(&mut open(&source, first.place).unwrap())), "FBTRCBTRCI");
}
