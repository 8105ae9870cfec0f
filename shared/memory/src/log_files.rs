//! The files of an imagined binary log.

use std::collections::BTreeMap;

use migration::gtid::{Gtid, GtidSet};
use migration::port::{Begin, LogEvent, LogGone, OpenAt};
use migration::position::LogPlace;
use migration::schema::{SourceTable, TableChange};
use migration::time::UnixMs;

use crate::images::{DELETE, UPDATE, WRITE, map_of, payload};
use crate::source_table::{RowChange, Tables};

/// Behind the format description event, where a file's first transaction starts.
const HEADER_BYTES: u64 = 126;
/// Rows of one event at most, so that a few rows make several events.
const ROWS_PER_EVENT: usize = 3;

/// What a transaction holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Changes of rows.
    Rows(Vec<RowChange>),
    /// A definition: what it changes, and what rows hold in columns it adds.
    Definition { changes: Vec<TableChange>, statement: String, fill: migration::value::SourceValue },
    /// An event as a test wrote it.
    Raw(LogEvent),
}

/// The log of one server.
#[derive(Debug, Clone)]
pub(crate) struct LogFiles {
    pub(crate) server_uuid: String,
    pub(crate) executed: GtidSet,
    server_id: u32,
    files: BTreeMap<u64, LogFile>,
    table_id: u64,
}

#[derive(Debug, Clone)]
struct LogFile {
    header_time: u32,
    /// What had been executed before it.
    before: GtidSet,
    events: Vec<(u64, LogEvent)>,
    end: u64,
}

/// The name of a file.
pub(crate) fn file_name(number: u64) -> String {
    format!("binlog.{number:06}")
}

impl LogFiles {
    /// A log without transactions, its first file of this number and header time.
    pub(crate) fn new(server_uuid: String, server_id: u32, first: u64, header_time: u32) -> Self {
        let mut log = Self {
            server_uuid,
            executed: GtidSet::default(),
            server_id,
            files: BTreeMap::new(),
            table_id: 100,
        };
        log.open_file(first, header_time);
        log
    }

    fn open_file(&mut self, number: u64, header_time: u32) {
        let before = self.executed.clone();
        self.files.insert(number, LogFile { header_time, before, events: Vec::new(), end: HEADER_BYTES });
    }

    /// Begins another file.
    pub(crate) fn rotate(&mut self) {
        let (number, time) =
            self.files.last_key_value().map_or((0, 0), |(number, file)| (*number, file.header_time));
        self.open_file(number + 1, time + 1);
    }

    /// Removes all files but the newest `keep`.
    pub(crate) fn purge(&mut self, keep: usize) {
        while self.files.len() > keep.max(1) {
            self.files.pop_first();
        }
    }

    /// Behind the last event.
    pub(crate) fn end(&self) -> LogPlace {
        let last = self.files.last_key_value();
        last.map_or_else(LogPlace::default, |(number, file)| LogPlace { file: *number, offset: file.end })
    }

    /// The start of the file that holds this place.
    pub(crate) fn start_of(&self, place: LogPlace) -> LogPlace {
        LogPlace { offset: 4, ..place }
    }

    fn push(&mut self, bytes: u64, event: impl FnOnce(LogPlace) -> LogEvent) {
        if let Some(mut last) = self.files.last_entry() {
            let at = LogPlace { file: *last.key(), offset: last.get().end };
            let file = last.get_mut();
            file.events.push((at.offset, event(at)));
            file.end += bytes;
        }
    }

    /// Writes a transaction and returns where it starts; `tables` are as they were before it.
    pub(crate) fn append(
        &mut self,
        gtid: Option<&Gtid>,
        at: UnixMs,
        content: &Content,
        tables: &Tables,
    ) -> LogPlace {
        let start = self.end();
        let begin = |gtid: Option<&Gtid>| {
            let gtid = gtid.cloned();
            move |place| LogEvent::Begin(Begin { at: place, gtid, committed_at: at })
        };
        // Servers differ in how many bytes a transaction takes, so that no place fits another server.
        let bytes = 60 + u64::from(self.server_id);
        match content {
            Content::Raw(event) => self.push(50, |_| event.clone()),
            Content::Rows(changes) => {
                self.push(bytes, begin(gtid));
                self.append_rows(changes, tables);
                self.commit();
            }
            Content::Definition { changes, statement, .. } => {
                self.push(bytes, begin(gtid));
                let event = LogEvent::Definition { changes: changes.clone(), statement: statement.clone() };
                self.push(90, |_| event);
                self.table_id += 1;
                self.commit();
            }
        }
        if let Some(gtid) = gtid {
            self.executed.add(gtid);
        }
        start
    }

    fn commit(&mut self) {
        self.push(31, |at| LogEvent::Commit { next: LogPlace { offset: at.offset + 31, ..at } });
    }

    fn append_rows(&mut self, changes: &[RowChange], tables: &Tables) {
        let like = |one: &RowChange, other: &RowChange| {
            one.table() == other.table() && std::mem::discriminant(one) == std::mem::discriminant(other)
        };
        for statement in changes.chunk_by(like) {
            let Some(first) = statement.first() else { continue };
            let table = tables.get(first.table()).expect("invariant: the test changes a table that exists");
            let id = self.number_of(&table.source);
            let (name, map) = (table.source.id.clone(), map_of(&table.source));
            self.push(40, |at| LogEvent::Table { id, table: name, map, offset: Some(at.offset) });
            for rows in statement.chunks(ROWS_PER_EVENT) {
                let images = rows.iter().flat_map(|change| match change {
                    RowChange::Insert { row, .. } | RowChange::Delete { row, .. } => vec![row],
                    RowChange::Update { before, after, .. } => vec![before, after],
                });
                let payload = payload(images);
                let kind = match first {
                    RowChange::Insert { .. } => WRITE,
                    RowChange::Update { .. } => UPDATE,
                    RowChange::Delete { .. } => DELETE,
                };
                self.push(20 + payload.len() as u64, |_| LogEvent::Rows { id, kind, payload });
            }
        }
    }

    /// A number that changes with each definition.
    fn number_of(&self, table: &SourceTable) -> u64 {
        let name: u64 = table.id.to_string().bytes().map(u64::from).sum();
        self.table_id * 10_000 + name
    }

    /// Whether reading may start at a place.
    pub(crate) fn look(&self, at: &OpenAt) -> Result<(), LogGone> {
        let Some(file) = self.files.get(&at.place.file) else {
            let oldest = self.files.keys().next().copied();
            return Err(match oldest {
                Some(oldest) if at.place.file < oldest => LogGone::Purged { oldest: Some(file_name(oldest)) },
                Some(_) | None => LogGone::Beyond,
            });
        };
        if at.place.offset > file.end { Err(LogGone::Beyond) } else { Ok(()) }
    }

    /// Tells which file is read from `at` on.
    pub(crate) fn file_event(&self, at: LogPlace) -> Option<LogEvent> {
        let file = self.files.get(&at.file)?;
        Some(LogEvent::File { at, name: file_name(at.file), format: (self.server_id, file.header_time) })
    }

    /// The first event at or behind a place, and the place behind it.
    pub(crate) fn next(&self, at: LogPlace) -> Option<(LogPlace, LogEvent)> {
        let file = self.files.get(&at.file)?;
        let index = file.events.partition_point(|(offset, _)| *offset < at.offset);
        if let Some((_, event)) = file.events.get(index) {
            let behind = file.events.get(index + 1).map_or(file.end, |(offset, _)| *offset);
            return Some((LogPlace { offset: behind, ..at }, event.clone()));
        }
        let (next, _) = self.files.range(at.file + 1..).next()?;
        let start = LogPlace { file: *next, offset: 4 };
        Some((start, self.file_event(start)?))
    }

    /// The start of the newest file before which nothing is outside the set.
    pub(crate) fn file_for(&self, executed: &GtidSet) -> Option<OpenAt> {
        let (number, _) = self.files.iter().rev().find(|(_, file)| executed.contains_all(&file.before))?;
        Some(OpenAt { place: LogPlace { file: *number, offset: 4 }, file_name: file_name(*number) })
    }
}
