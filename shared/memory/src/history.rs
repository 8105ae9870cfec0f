//! What an imagined source holds: what is committed, what of it a SELECT sees, and the log it left.

use std::time::Duration;

use migration::gtid::{Gtid, GtidSet};
use migration::port::{LogEnd, LogStart, SourceFacts, StartWay};
use migration::position::LogPlace;
use migration::time::UnixMs;

use crate::log_files::{Content, LogFiles, file_name};
use crate::source_table::{Table, Tables, change_row, define};

/// A source server.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) facts: SourceFacts,
    /// What a SELECT sees.
    pub(crate) visible: Tables,
    /// What is committed.
    pub(crate) committed: Tables,
    /// Before the first transaction.
    base: Tables,
    transactions: Vec<Transaction>,
    /// How many of them are visible.
    seen: usize,
    pub(crate) log: LogFiles,
    /// Streams opened before the connection broke have another.
    pub(crate) session: u64,
    pub(crate) gtids: bool,
    server_id: u32,
}

#[derive(Debug, Clone)]
struct Transaction {
    gtid: Option<Gtid>,
    committed_at: UnixMs,
    visible_at: UnixMs,
    content: Content,
    start: LogPlace,
}

impl History {
    /// A server without tables.
    pub(crate) fn new(facts: SourceFacts) -> Self {
        let log = LogFiles::new(facts.server_uuid.clone(), 1, 1, 1_700_000_000);
        Self {
            facts,
            visible: Tables::new(),
            committed: Tables::new(),
            base: Tables::new(),
            transactions: Vec::new(),
            seen: 0,
            log,
            session: 0,
            gtids: true,
            server_id: 1,
        }
    }

    /// Changes tables without a word in the log, as if it had always been so.
    pub(crate) fn change_unlogged(&mut self, change: impl Fn(&mut Tables)) {
        change(&mut self.base);
        change(&mut self.committed);
        change(&mut self.visible);
    }

    /// Puts a table as if it had always been there.
    pub(crate) fn put_table(&mut self, table: &Table) {
        self.change_unlogged(|tables| {
            tables.insert(table.source.id.clone(), table.clone());
        });
    }

    /// Commits a transaction that a SELECT sees only after `delay`.
    pub(crate) fn commit(&mut self, content: Content, now: UnixMs, delay: Duration) {
        self.see(now);
        let is_definition = matches!(content, Content::Definition { .. });
        let before = self.transactions.last().map_or(UnixMs(0), |last| last.visible_at);
        let visible_at = if is_definition { now } else { now.plus(delay).max(before) };
        if is_definition {
            // A definition waits for the transactions before it.
            self.see_all();
        }
        let number = self.transactions.len() as u64 + 1;
        let is_raw = matches!(content, Content::Raw(_));
        let gtid = Gtid { origin: self.facts.server_uuid.clone(), number };
        let gtid = (self.gtids && !is_raw).then_some(gtid);
        let start = self.log.append(gtid.as_ref(), now, &content, &self.committed);
        apply(&mut self.committed, &content);
        self.transactions.push(Transaction { gtid, committed_at: now, visible_at, content, start });
        self.see(now);
    }

    /// Shows what is visible by now.
    pub(crate) fn see(&mut self, now: UnixMs) {
        while let Some(next) = self.transactions.get(self.seen).filter(|next| next.visible_at <= now) {
            apply(&mut self.visible, &next.content);
            self.seen += 1;
        }
    }

    fn see_all(&mut self) {
        while let Some(next) = self.transactions.get(self.seen) {
            apply(&mut self.visible, &next.content);
            self.seen += 1;
        }
    }

    /// Where following starts: behind what is visible, or, to show what it is good for, behind what is committed.
    pub(crate) fn start(&self, covers_invisible: bool) -> LogStart {
        let count = if covers_invisible { self.transactions.len() } else { self.seen };
        let place = self.transactions.get(count).map_or_else(|| self.log.end(), |next| next.start);
        let executed = self.gtids.then(|| self.executed(count));
        // With GTIDs reading starts somewhere before, and passes over what is executed.
        let place = if self.gtids { self.log.start_of(place) } else { place };
        let way = if self.gtids { StartWay::Gtid } else { StartWay::Wait };
        let server_uuid = self.log.server_uuid.clone();
        LogStart { place, file_name: file_name(place.file), executed, server_uuid, way }
    }

    fn executed(&self, count: usize) -> GtidSet {
        let mut set = GtidSet::default();
        for gtid in self.transactions.iter().take(count).filter_map(|transaction| transaction.gtid.as_ref()) {
            set.add(gtid);
        }
        set
    }

    /// Where the log ends.
    pub(crate) fn end(&self) -> LogEnd {
        let executed = self.gtids.then(|| self.log.executed.clone());
        LogEnd { place: self.log.end(), executed, server_uuid: self.log.server_uuid.clone() }
    }

    /// Whether everything before the end is visible.
    pub(crate) fn is_visible(&self, end: &LogEnd) -> bool {
        self.transactions.get(self.seen).is_none_or(|next| next.start >= end.place)
    }

    /// Another server takes over that has not seen the last `lost` transactions. Its log has other files and offsets.
    pub(crate) fn fail_over(&mut self, lost: usize) {
        self.transactions.truncate(self.transactions.len().saturating_sub(lost));
        self.server_id += 1;
        let tail = format!("{:012x}", self.server_id);
        let uuid = self.facts.server_uuid.clone();
        self.facts.server_uuid = format!("{}{tail}", uuid.get(..24).unwrap_or_default());
        self.rewrite(LogFiles::new(self.facts.server_uuid.clone(), self.server_id, 3, 1_600_000_000));
    }

    fn rewrite(&mut self, log: LogFiles) {
        self.log = log;
        self.session += 1;
        self.committed = self.base.clone();
        for (at, transaction) in self.transactions.iter_mut().enumerate() {
            if at % 20 == 19 {
                self.log.rotate();
            }
            let gtid = transaction.gtid.as_ref();
            transaction.start =
                self.log.append(gtid, transaction.committed_at, &transaction.content, &self.committed);
            apply(&mut self.committed, &transaction.content);
        }
        self.visible = self.committed.clone();
        self.seen = self.transactions.len();
    }

    /// The log starts again from its first file, without a memory of what was before.
    pub(crate) fn reset_log(&mut self) {
        self.see_all();
        self.base = self.committed.clone();
        self.transactions.clear();
        self.seen = 0;
        self.session += 1;
        self.log = LogFiles::new(self.facts.server_uuid.clone(), self.server_id, 1, 1_800_000_000);
    }
}

fn apply(tables: &mut Tables, content: &Content) {
    match content {
        Content::Rows(changes) => {
            for change in changes {
                change_row(tables, change);
            }
        }
        Content::Definition { changes, fill, .. } => {
            for change in changes {
                define(tables, change, fill);
            }
        }
        Content::Raw(_) => {}
    }
}
