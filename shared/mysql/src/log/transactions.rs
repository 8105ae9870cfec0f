//! The log's events as transactions: where each begins and ends, what is inside, and what cannot be read.
//!
//! A transaction begins with its GTID event, which servers without GTIDs write too, as an anonymous one; before that
//! was so, with its BEGIN. It ends with XID, COMMIT or XA PREPARE; a definition ends with its statement, because no
//! BEGIN stood before it. One definition has its rows behind it, in its own transaction: CREATE TABLE ... SELECT. It
//! is told as two transactions, the definition and the rows, so that a definition is always alone.
//!
//! Rows are handed on as they come, so a transaction of any size passes through. That is why a rollback in the log,
//! which only transactions leave that changed tables without transactions too, cannot be carried: rows before it are
//! void or not by their table's engine.
//!
//! A group of XA is told as prepared from its start on, because only its end shows whether it was committed in one phase.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use migration::ident::{DatabaseName, TableId, TableName};
use migration::port::{Begin, LogEvent};

use crate::log::begin::{Head, head, header_time};
use crate::log::cursor::{CursorError, Span};
use crate::log::query::{LOAD_HEAD, Query};
use crate::log::raw_event::{RawEvent, kind};
use crate::log::statement::{Effect, Frame, Reading, effect, loaded_tables};
use crate::row_image::{TableMap, Take};

/// Rows that belong to no table: they only end a statement.
const NO_TABLE: u64 = 0x00ff_ffff;
const STATEMENT_END: u64 = 1;
/// What COM_BINLOG_DUMP can name.
const OFFSET_MAX: u64 = u32::MAX as u64;

/// Where the log stands between transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The stream was just opened, between two transactions or inside one.
    Opened,
    /// Between two transactions.
    Between,
    /// Inside one; whether a statement opened it, which another must then end.
    Inside { is_framed: bool },
}

/// Turns events into what the domain knows.
#[derive(Debug)]
pub(crate) struct Transactions {
    reading: Reading,
    state: State,
    head: Option<Head>,
    /// Whether a definition stands in the transaction that is being read.
    has_defined: bool,
    /// Tables of the statement that is being read.
    tables: BTreeMap<u64, TableId>,
    /// Whether the next table map is the first of its statement.
    statement_ended: bool,
    /// Tables with rows in the transaction that is being read.
    touched: BTreeSet<TableId>,
    out: VecDeque<LogEvent>,
}

impl Default for Transactions {
    fn default() -> Self {
        Self {
            reading: Reading::default(),
            state: State::Opened,
            head: None,
            has_defined: false,
            tables: BTreeMap::new(),
            statement_ended: true,
            touched: BTreeSet::new(),
            out: VecDeque::new(),
        }
    }
}

impl Transactions {
    /// Of a server that reads statements so.
    pub(crate) fn of(reading: Reading) -> Self {
        Self { reading, ..Self::default() }
    }

    /// The next of what was made of the events so far.
    pub(crate) fn pop(&mut self) -> Option<LogEvent> {
        self.out.pop_front()
    }

    /// Gives back what `pop` gave.
    pub(crate) fn put_back(&mut self, event: LogEvent) {
        self.out.push_front(event);
    }

    /// Puts an event behind them.
    pub(crate) fn push(&mut self, event: LogEvent) {
        self.out.push_back(event);
    }

    /// Whether the log is known to stand between two transactions.
    pub(crate) fn is_between(&self) -> bool {
        self.state == State::Between
    }

    /// The server has nothing more: it never stops inside a transaction.
    pub(crate) fn rest(&mut self) {
        if self.state == State::Opened {
            self.state = State::Between;
        }
    }

    /// Takes an event.
    ///
    /// # Errors
    /// Where it cannot be read as what its kind says.
    pub(crate) fn take(&mut self, event: &RawEvent<'_>, span: Span) -> Result<(), CursorError> {
        let malformed = CursorError::Malformed { at: span.at };
        match event.kind {
            kind::GTID | kind::ANONYMOUS_GTID | kind::GTID_TAGGED => {
                let head = head(event).ok_or(malformed)?;
                self.break_off();
                self.begin(head, span);
            }
            kind::QUERY => {
                let query = Query::parse(event.payload, 0).ok_or(malformed)?;
                self.query(&query, event, span);
            }
            kind::TABLE_MAP => self.table_map(event, span).ok_or(malformed)?,
            kind::WRITE_ROWS_V1..=kind::DELETE_ROWS_V1 | kind::WRITE_ROWS..=kind::DELETE_ROWS => {
                self.rows(event).ok_or(malformed)?;
            }
            kind::PARTIAL_UPDATE_ROWS => {
                let id = self.table_of_rows(event.payload).ok_or(malformed)?;
                let table = id.and_then(|id| self.tables.get(&id).cloned());
                self.unreadable(table.into_iter().collect(), "rows whose JSON values are differences");
            }
            kind::XID | kind::XA_PREPARE => self.end(span),
            kind::EXECUTE_LOAD_QUERY => {
                let query = Query::parse(event.payload, LOAD_HEAD).ok_or(malformed)?;
                self.unreadable(loaded_tables(&query, self.reading), "a file loaded by a statement");
            }
            kind::INCIDENT => self.unreadable(Vec::new(), "an incident: the server may have lost changes"),
            // The old file ended inside a transaction: the server died while it wrote it.
            kind::FORMAT_DESCRIPTION if self.state != State::Opened => self.break_off(),
            _ if is_passed_over(event) => {}
            other => self.unreadable(Vec::new(), &format!("an event of the unknown kind {other}")),
        }
        Ok(())
    }

    fn begin(&mut self, head: Head, span: Span) {
        let begin = Begin { at: span.at, gtid: head.gtid.clone(), committed_at: head.committed_at };
        self.out.push_back(LogEvent::Begin(begin));
        self.head = Some(head);
        self.has_defined = false;
        self.state = State::Inside { is_framed: false };
        self.statement_ended = true;
        self.touched.clear();
    }

    fn end(&mut self, span: Span) {
        self.out.push_back(LogEvent::Commit { next: span.next });
        self.state = State::Between;
        self.head = None;
        self.has_defined = false;
        self.tables.clear();
        self.touched.clear();
        self.statement_ended = true;
    }

    /// A transaction that is open has no end.
    fn break_off(&mut self) {
        if matches!(self.state, State::Inside { .. }) {
            self.unreadable(Vec::new(), "a transaction without an end");
            self.state = State::Between;
        }
    }

    fn unreadable(&mut self, tables: Vec<TableId>, what: &str) {
        self.out.push_back(LogEvent::Unreadable { tables, what: what.to_owned() });
    }

    fn query(&mut self, query: &Query<'_>, event: &RawEvent<'_>, span: Span) {
        if matches!(self.state, State::Opened | State::Between) {
            let in_the_middle = self.state == State::Opened && is_inner_frame(query.text);
            if in_the_middle {
                self.state = State::Inside { is_framed: true };
            } else {
                self.begin(Head { gtid: None, committed_at: header_time(event) }, span);
            }
        }
        match Frame::of(query.text) {
            Some(Frame::Begin) => self.state = State::Inside { is_framed: true },
            Some(Frame::XaStart) => {
                self.out.push_back(LogEvent::XaPrepared);
                self.state = State::Inside { is_framed: true };
            }
            Some(Frame::Commit | Frame::XaEnded) => self.end(span),
            Some(Frame::Rollback) => {
                self.roll_back();
                self.end(span);
            }
            Some(Frame::RollbackTo) => self.roll_back(),
            Some(Frame::Savepoint | Frame::XaEnd) => {}
            None => self.statement(query, span),
        }
    }

    fn roll_back(&mut self) {
        if !self.touched.is_empty() {
            let tables = self.touched.iter().cloned().collect();
            self.unreadable(tables, "a rollback behind rows that are in the log");
        }
    }

    fn statement(&mut self, query: &Query<'_>, span: Span) {
        let mut defines = false;
        match effect(query, self.reading) {
            Effect::Nothing => {}
            Effect::Defines(changes, statement) => {
                defines = true;
                self.out.push_back(LogEvent::Definition { changes, statement });
            }
            Effect::Unreadable(tables, what) => self.out.push_back(LogEvent::Unreadable { tables, what }),
        }
        match self.state {
            State::Inside { is_framed: true } => self.has_defined |= defines,
            State::Inside { is_framed: false } | State::Between | State::Opened => self.end(span),
        }
    }

    /// CREATE TABLE ... SELECT: its rows are told as a transaction of their own, in front of their table map.
    fn part_from_definition(&mut self, table: &TableId, span: Span) {
        if span.inside_payload {
            let tables = vec![table.clone()];
            self.unreadable(tables, "rows behind a definition in a compressed transaction");
        } else if let Some(head) = self.head.take() {
            self.out.push_back(LogEvent::GoesOn);
            self.end(Span { next: span.at, ..span });
            self.begin(head, span);
            self.state = State::Inside { is_framed: true };
        }
        self.has_defined = false;
    }

    fn table_map(&mut self, event: &RawEvent<'_>, span: Span) -> Option<()> {
        if self.state == State::Opened {
            self.state = State::Inside { is_framed: true };
        }
        let map = TableMap::parse(event.payload)?;
        let name = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        let table = TableId {
            database: DatabaseName::new(name(map.database)?).ok()?,
            table: TableName::new(name(map.table)?).ok()?,
        };
        if self.has_defined {
            self.part_from_definition(&table, span);
        }
        let is_first = std::mem::replace(&mut self.statement_ended, false);
        if is_first {
            self.tables.clear();
        }
        let can_start = is_first && !span.inside_payload && span.at.offset <= OFFSET_MAX;
        self.tables.insert(map.table_id, table.clone());
        self.out.push_back(LogEvent::Table {
            id: map.table_id,
            table,
            map: event.payload.to_vec(),
            offset: can_start.then_some(span.at.offset),
        });
        Some(())
    }

    fn rows(&mut self, event: &RawEvent<'_>) -> Option<()> {
        let Some(id) = self.table_of_rows(event.payload)? else { return Some(()) };
        let table = self.tables.get(&id)?;
        if !self.touched.contains(table) {
            self.touched.insert(table.clone());
        }
        self.out.push_back(LogEvent::Rows { id, kind: event.kind, payload: event.payload.to_vec() });
        Some(())
    }

    /// The number of a rows event's table; an inner none where it has none. Notes the end of the statement.
    fn table_of_rows(&mut self, payload: &[u8]) -> Option<Option<u64>> {
        let mut take = Take(payload);
        let (id, flags) = (take.little(6)?, take.little(2)?);
        self.statement_ended = flags & STATEMENT_END != 0;
        Some((id != NO_TABLE).then_some(id))
    }
}

/// Whether a statement stands only inside a transaction.
fn is_inner_frame(text: &[u8]) -> bool {
    use Frame::{Commit, Rollback, RollbackTo, Savepoint, XaEnd};
    matches!(Frame::of(text), Some(Commit | Rollback | RollbackTo | Savepoint | XaEnd))
}

/// Whether an event changes nothing that is followed.
fn is_passed_over(event: &RawEvent<'_>) -> bool {
    let is_known = matches!(
        event.kind,
        kind::STOP
            | kind::ROTATE
            | kind::FORMAT_DESCRIPTION
            | kind::INTVAR
            | kind::RAND
            | kind::USER_VAR
            | kind::APPEND_BLOCK
            | kind::DELETE_FILE
            | kind::BEGIN_LOAD_QUERY
            | kind::HEARTBEAT
            | kind::HEARTBEAT_V2
            | kind::IGNORABLE
            | kind::ROWS_QUERY
            | kind::PREVIOUS_GTIDS
            | kind::TRANSACTION_CONTEXT
            | kind::VIEW_CHANGE
            | kind::TRANSACTION_PAYLOAD
    );
    is_known || event.is_ignorable()
}
