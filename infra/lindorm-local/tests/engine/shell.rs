//! A session on an engine of its own, with a clock moved by hand, and rows shown as text.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lindorm_local::answer::{Answer, Column, Datum, SqlError};
use lindorm_local::engine::{Assumptions, Clock, Engine, EngineOptions, Session};

/// Where the clock stands at the beginning.
pub(crate) const START_MS: i64 = 1_700_000_000_000;

pub(crate) struct Shell {
    pub(crate) engine: Engine,
    pub(crate) session: Session,
    clock: Arc<AtomicI64>,
}

impl Shell {
    pub(crate) fn new() -> Self {
        Self::assuming(&[])
    }

    /// A shell on a data folder, whatever it holds.
    pub(crate) fn kept(folder: &Path) -> Self {
        Self::on(|options| Engine::open(options, folder).expect("a data folder"), &[])
    }

    /// A shell whose engine answers as several nodes, on the first of them.
    pub(crate) fn nodes(skews_ms: &[i64], settings: &[&str]) -> Self {
        Self::on(
            |options| Engine::new(EngineOptions { node_skews_ms: skews_ms.to_vec(), ..options }),
            settings,
        )
    }

    /// Goes over to the node whose turn it is.
    pub(crate) fn connect_again(&mut self) {
        self.session = self.engine.session(None).expect("the database default");
    }

    pub(crate) fn assuming(settings: &[&str]) -> Self {
        Self::on(Engine::new, settings)
    }

    fn on(engine: impl FnOnce(EngineOptions) -> Engine, settings: &[&str]) -> Self {
        let mut assumptions = Assumptions::default();
        for setting in settings {
            assumptions.assume(setting).expect("a known setting");
        }
        let clock = Arc::new(AtomicI64::new(START_MS));
        let clock_shown = Clock::Manual(Arc::clone(&clock));
        let options = EngineOptions { assumptions, clock: clock_shown, ..EngineOptions::default() };
        let engine = engine(options);
        let session = engine.session(None).expect("the database default");
        Self { engine, session, clock }
    }

    /// A shell with a table `t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))`.
    pub(crate) fn with_table(settings: &[&str]) -> Self {
        let mut shell = Self::assuming(settings);
        shell.done("CREATE TABLE t (id BIGINT NOT NULL, a INT, b VARCHAR, PRIMARY KEY (id))");
        shell
    }

    pub(crate) fn tick(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    /// Runs a statement without rows as typed text and returns the affected number.
    pub(crate) fn done(&mut self, sql: &str) -> u64 {
        affected(sql, &self.engine.query(&mut self.session, sql).expect(sql))
    }

    /// The same prepared, with parameters.
    pub(crate) fn bound(&mut self, sql: &str, params: &[Datum<'_>]) -> u64 {
        let prepared = self.engine.prepare(&self.session, sql).expect(sql);
        affected(sql, &self.engine.execute(&mut self.session, &prepared, params).expect(sql))
    }

    /// The rows of a statement as text, values parted by `|`.
    pub(crate) fn rows(&mut self, sql: &str) -> Vec<String> {
        self.rows_bound(sql, &[])
    }

    pub(crate) fn rows_bound(&mut self, sql: &str, params: &[Datum<'_>]) -> Vec<String> {
        let mut shown = Vec::new();
        self.each(sql, params, &mut |row| {
            shown.push(row.iter().map(text).collect::<Vec<_>>().join("|"));
        });
        shown
    }

    pub(crate) fn columns(&mut self, sql: &str) -> Vec<Column> {
        self.each(sql, &[], &mut |_| {})
    }

    fn each(&mut self, sql: &str, params: &[Datum<'_>], look: &mut dyn FnMut(&[Datum<'_>])) -> Vec<Column> {
        let prepared = self.engine.prepare(&self.session, sql).expect(sql);
        let Answer::Rows { columns, mut rows } =
            self.engine.execute(&mut self.session, &prepared, params).expect(sql)
        else {
            panic!("{sql} has no rows");
        };
        assert_eq!(prepared.columns(), Some(columns.as_slice()), "columns at prepare and at execution");
        while rows.next_batch(look).expect(sql) {}
        columns
    }

    /// The number of the error that a statement typed as text ends in.
    pub(crate) fn error(&mut self, sql: &str) -> u16 {
        self.refusal(sql).code
    }

    /// The error itself.
    pub(crate) fn refusal(&mut self, sql: &str) -> SqlError {
        let outcome = self.engine.query(&mut self.session, sql);
        refused(sql, outcome)
    }

    /// The same for a statement that is prepared.
    pub(crate) fn error_bound(&mut self, sql: &str, params: &[Datum<'_>]) -> u16 {
        let outcome = self
            .engine
            .prepare(&self.session, sql)
            .and_then(|prepared| self.engine.execute(&mut self.session, &prepared, params));
        refused(sql, outcome).code
    }
}

fn affected(sql: &str, answer: &Answer) -> u64 {
    match answer {
        Answer::Done { affected } => *affected,
        Answer::Rows { .. } => panic!("{sql} has rows"),
    }
}

fn refused(sql: &str, outcome: Result<Answer, SqlError>) -> SqlError {
    match outcome {
        Err(error) => error,
        Ok(Answer::Done { .. }) => panic!("{sql} succeeded"),
        Ok(Answer::Rows { mut rows, .. }) => loop {
            match rows.next_batch(&mut |_| {}) {
                Err(error) => break error,
                Ok(true) => {}
                Ok(false) => panic!("{sql} succeeded"),
            }
        },
    }
}

fn text(value: &Datum<'_>) -> String {
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::UInt(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::Double(value) => value.to_string(),
        Datum::Text(value) | Datum::Decimal(value) => value.clone().into_owned(),
        Datum::Bytes(value) => value.iter().map(|byte| format!("{byte:02x}")).collect(),
        Datum::Date { year, month, day } => format!("{year:04}-{month:02}-{day:02}"),
        Datum::Time { negative, hours, minutes, seconds, micros } => {
            let sign = if *negative { "-" } else { "" };
            format!("{sign}{hours:02}:{minutes:02}:{seconds:02}.{micros:06}")
        }
        Datum::DateTime { year, month, day, hour, minute, second, micros } => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}")
        }
    }
}
