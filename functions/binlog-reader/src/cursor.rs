//! Where reading stands in the log.
//!
//! # Why what is read again gets the same positions
//!
//! 1. A transaction is named by where it starts, which the source's log fixes.
//! 2. A row's ordinal counts the rows of followed tables only, so that rows of other tables need not be taken apart.
//!    Which tables are followed changes only behind a barrier, and nothing in front of a barrier is ever read again: two
//!    readings of a transaction count alike.
//! 3. Reading may start inside a transaction, at the first table map of a statement, with the count reached there.
//!    Rows name a table by a number that only the maps of their own statement explain, so nowhere else.
//! 4. GTIDs are counted when a transaction ends, also of one that is passed over. So `executed` is exactly what lies
//!    in front of `boundary`, together with what was executed before the start.

use migration::gtid::{Gtid, GtidSet};
use migration::port::Begin;
use migration::position::{LogPlace, Position, Timeline};
use migration::reader_state::{Inside, ReaderState, Resume};
use migration::schema::TableChange;
use migration::time::UnixMs;

/// A transaction whose end was not read yet.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) at: LogPlace,
    pub(crate) gtid: Option<Gtid>,
    pub(crate) committed_at: UnixMs,
    /// Rows of followed tables so far.
    pub(crate) rows: u64,
    /// All of it is covered: nothing of it is looked at.
    pub(crate) passed: bool,
    /// It is the first of two parts of one transaction.
    pub(crate) goes_on: bool,
    /// It is prepared for XA.
    pub(crate) prepared: bool,
    /// A definition that needs a barrier, with its statement.
    pub(crate) definition: Option<(Vec<TableChange>, String)>,
    /// The statement's first table map, where reading may start at it, and the rows before it.
    statement: Option<(u64, u64)>,
    /// A table map that comes now is the first of its statement.
    between_statements: bool,
}

/// Where reading stands.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) timeline: Timeline,
    /// In front of the open transaction, or of the next.
    pub(crate) boundary: LogPlace,
    /// What was executed up to there.
    pub(crate) executed: Option<GtidSet>,
    /// When the newest transaction that was read began to be visible.
    pub(crate) committed_at: UnixMs,
    pub(crate) open: Option<Open>,
}

/// How far reading had come.
#[derive(Debug)]
pub(crate) struct Reached {
    /// Everything at or before it was read.
    pub(crate) position: Position,
    /// Where to open the log to go on from there.
    pub(crate) resume: Resume,
    /// When the newest transaction that was read began to be visible.
    pub(crate) committed_at: UnixMs,
}

impl Open {
    fn new(at: LogPlace, gtid: Option<Gtid>, committed_at: UnixMs) -> Self {
        Self {
            at,
            gtid,
            committed_at,
            rows: 0,
            passed: false,
            goes_on: false,
            prepared: false,
            definition: None,
            statement: None,
            between_statements: true,
        }
    }

    /// A table map was read; `offset` is where reading may start at it.
    pub(crate) fn table(&mut self, offset: Option<u64>) {
        if self.between_statements {
            self.statement = offset.map(|offset| (offset, self.rows));
            self.between_statements = false;
        }
    }

    /// A rows event was read.
    pub(crate) fn after_rows(&mut self) {
        self.between_statements = true;
    }
}

impl Cursor {
    /// Where the log is opened.
    pub(crate) fn resuming(state: &ReaderState) -> Self {
        let Resume { place, executed, inside } = &state.resume;
        let mut cursor = Self {
            timeline: state.position.timeline,
            boundary: *place,
            executed: executed.clone(),
            committed_at: state.committed_at,
            open: None,
        };
        if let Some(inside) = inside {
            let Inside { gtid, committed_at, rows_before, .. } = inside.clone();
            cursor.begin(Begin { at: *place, gtid, committed_at }, state);
            if let Some(open) = &mut cursor.open {
                open.rows = rows_before;
            }
        }
        cursor
    }

    /// A transaction begins. It is passed over as a whole where it was executed before the start, which only its GTID
    /// tells, or where the position lies behind its start.
    pub(crate) fn begin(&mut self, begin: Begin, state: &ReaderState) {
        self.boundary = begin.at;
        let skip = state.gtid.as_ref().map(|track| &track.skip);
        let is_executed = skip.zip(begin.gtid.as_ref()).is_some_and(|(skip, gtid)| skip.contains(gtid));
        let passed = is_executed || begin.at < state.position.transaction;
        self.open = Some(Open { passed, ..Open::new(begin.at, begin.gtid, begin.committed_at) });
    }

    /// The open transaction has ended. Where it goes on, its GTID is not executed: another server would pass over the
    /// rest. And the rest is open already, because a log opened there tells no beginning.
    pub(crate) fn end(&mut self, next: LogPlace, state: &ReaderState) {
        self.boundary = next;
        let Some(open) = self.open.take() else { return };
        self.committed_at = self.committed_at.max(open.committed_at);
        let Open { gtid, committed_at, goes_on, .. } = open;
        if goes_on {
            self.begin(Begin { at: next, gtid, committed_at }, state);
            if let Some(open) = &mut self.open {
                open.statement = Some((next.offset, 0));
            }
        } else if let (Some(executed), Some(gtid)) = (&mut self.executed, &gtid) {
            executed.add(gtid);
        }
    }

    /// Everything at or before it was read.
    pub(crate) fn position(&self) -> Position {
        let boundary = Position::boundary(self.timeline, self.boundary);
        match &self.open {
            Some(open) if open.rows > 0 => boundary.row(open.rows, 1),
            Some(_) | None => boundary,
        }
    }

    /// How far reading has come.
    pub(crate) fn reached(&self) -> Reached {
        Reached { position: self.position(), resume: self.resume(), committed_at: self.committed_at }
    }

    /// Where to open the log to go on from here.
    pub(crate) fn resume(&self) -> Resume {
        let inside = self.open.as_ref().and_then(|open| {
            let (offset, rows_before) = open.statement?;
            Some(Inside { offset, rows_before, gtid: open.gtid.clone(), committed_at: open.committed_at })
        });
        Resume { place: self.boundary, executed: self.executed.clone(), inside }
    }
}
