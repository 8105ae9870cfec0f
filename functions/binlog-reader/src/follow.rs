//! The loop over the log: what each event does, and when what was read is shipped.
//!
//! # Why memory stays bounded and nothing waits for long
//!
//! 1. Buffers are shipped when they are full, even inside a transaction: the stored position is then the last row shipped,
//!    and reading goes on at the statement's first table map or, where it cannot, at the transaction's start (`cursor`).
//!    So a transaction of any size needs the memory of two intervals, one being filled and one being packed (`load`),
//!    and one event.
//! 2. Otherwise they are shipped between transactions, once the first row has waited long enough, or the source has nothing
//!    more. Where nothing waits the position is stored about once a second, so that what was passed over is not read again.
//! 3. The position moves by the source's word that it is idle only between transactions, which is the only time the log
//!    gives it.
//!
//! What may have changed rows of the run and cannot be read stops the run, with what it is and where.

use std::time::Duration;

use migration::ident::TableId;
use migration::port::{
    Begin, ChangeLog, CheckpointTable, Clock, LogEvent, LogStream, ObjectStore, Queue, RowImages,
};
use migration::position::{LogPlace, Position};
use migration::time::UnixMs;

use crate::cursor::Cursor;
use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::lanes::Lanes;
use crate::route::{Router, Rows, Unroutable};
use crate::wait::Waited;

/// How often the position is stored where nothing is shipped.
const STORE: Duration = Duration::from_secs(1);

/// What an open log is read into.
struct Reading<S, C> {
    cursor: Cursor,
    lanes: Lanes,
    router: Router<S, C>,
}

/// What an event leaves to do.
enum Step {
    /// Nothing at once.
    Read,
    /// A transaction has ended, or none is open and nothing came.
    Between,
    /// The source has nothing more for now.
    Idle(UnixMs),
    /// The invocation's time is up.
    Over,
}

/// What is to be shipped.
enum Due {
    /// Nothing for now.
    Nothing,
    /// What was cut off and is packed.
    Packed,
    /// What was cut off, because the buffers are full again.
    Full,
    /// Everything, and the position, with when the source had nothing more.
    All(Option<UnixMs>),
}

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Reads and ships until the invocation's time is up.
    pub(crate) async fn follow(&self, held: &mut Held) -> Result<(), Halt> {
        let mut stream = self.open(held).await?;
        let state = &held.state.value;
        let lanes = Lanes::of(held.run.id, state, self.pace);
        let mut reading = Reading { cursor: Cursor::resuming(state), lanes, router: Router::new() };
        loop {
            let now = self.clock.now();
            if held.is_over(now) {
                return self.ship_rest(held, &mut reading).await;
            }
            self.look_at_run(held).await?;
            let step = match stream.next(self.pace.wait).await? {
                Some(event) => self.take(held, &mut reading, event).await?,
                None => Step::Between,
            };
            if self.ship_if_due(held, &mut reading, &step).await?.is_over() {
                return Ok(());
            }
            // What was read is shipped and stored by now.
            if !self.pace.renews && matches!(step, Step::Idle(_)) {
                return self.ship_rest(held, &mut reading).await;
            }
        }
    }

    async fn ship_rest<S, K>(&self, held: &mut Held, reading: &mut Reading<S, K>) -> Result<(), Halt> {
        let Reading { cursor, lanes, .. } = reading;
        if !lanes.is_empty() || lanes.is_under_way() || has_moved(held, cursor) {
            self.flush(held, cursor, lanes, None).await?;
        }
        Ok(())
    }

    async fn ship_if_due<S, K>(
        &self,
        held: &mut Held,
        reading: &mut Reading<S, K>,
        step: &Step,
    ) -> Result<Waited, Halt> {
        let due = due(held, reading, step, self.clock.now());
        let Reading { cursor, lanes, .. } = reading;
        match due {
            Due::Nothing if matches!(step, Step::Over) => return Ok(Waited::Over),
            Due::Nothing => return Ok(Waited::Met),
            Due::Packed => self.land(held, lanes).await?,
            Due::Full => self.launch(held, cursor, lanes).await?,
            Due::All(idle_at) => self.flush(held, cursor, lanes, idle_at).await?,
        }
        if self.reason_in_lanes(held).await?.is_some() {
            return Err(Halt::Again);
        }
        self.wait_for_lanes(held).await
    }

    async fn take(
        &self,
        held: &mut Held,
        reading: &mut Reading<I::Shape, I::Columns>,
        event: LogEvent,
    ) -> Result<Step, Halt> {
        let Reading { cursor, router, .. } = &mut *reading;
        match event {
            LogEvent::File { at, name, format } => {
                self.meet_file(held, at.file, &name, format).await?;
                if cursor.open.is_none() {
                    cursor.boundary = cursor.boundary.max(at);
                }
                Ok(Step::Read)
            }
            LogEvent::Begin(begin) => {
                router.begin();
                cursor.begin(begin, &held.state.value);
                Ok(Step::Read)
            }
            LogEvent::GoesOn => {
                if let Some(open) = &mut cursor.open {
                    open.goes_on = true;
                }
                Ok(Step::Read)
            }
            LogEvent::XaPrepared => {
                if let Some(open) = &mut cursor.open {
                    open.prepared = true;
                    if open.rows > 0 && !open.passed {
                        return Err(prepared(cursor));
                    }
                }
                Ok(Step::Read)
            }
            LogEvent::Table { id, table, map, offset } => {
                self.take_table(held, reading, (id, table, map), offset)?;
                Ok(Step::Read)
            }
            LogEvent::Rows { id, kind, payload } => {
                self.take_rows(held, reading, id, kind, &payload)?;
                Ok(Step::Read)
            }
            LogEvent::Commit { next } => self.take_commit(held, reading, next).await,
            LogEvent::Definition { changes, statement } => {
                let Some(open) = &mut cursor.open else { return Err(stray(cursor, "a definition")) };
                if !open.passed && held.tables.are_touched(&held.task, &changes) {
                    open.definition = Some((changes, statement));
                }
                Ok(Step::Read)
            }
            LogEvent::Unreadable { tables, what } => match self.is_harmless(held, cursor, &tables) {
                true => Ok(Step::Read),
                false => Err(unreadable(cursor, &what)),
            },
            LogEvent::Idle { at } => {
                if cursor.open.is_none() {
                    cursor.boundary = cursor.boundary.max(at);
                }
                Ok(Step::Idle(self.clock.now()))
            }
        }
    }

    /// Whether something unreadable concerns no table of the run, or lies in what is covered.
    fn is_harmless(&self, held: &Held, cursor: &Cursor, tables: &[TableId]) -> bool {
        let is_passed = match &cursor.open {
            Some(open) => open.passed,
            None => cursor.position() < held.state.value.position,
        };
        let concerns = |table| held.tables.concerns(&held.task, table);
        is_passed || !(tables.is_empty() || tables.iter().any(concerns))
    }

    fn take_table(
        &self,
        held: &Held,
        reading: &mut Reading<I::Shape, I::Columns>,
        (id, table, map): (u64, TableId, Vec<u8>),
        offset: Option<u64>,
    ) -> Result<(), Halt> {
        let Reading { cursor, router, .. } = reading;
        // Opened behind a definition that fills its table, for a new epoch: nothing else tells that its rows begin.
        // Their GTID is not known then, which no other server will prove anything by.
        if cursor.open.is_none() && offset == Some(cursor.boundary.offset) {
            let begin = Begin { at: cursor.boundary, gtid: None, committed_at: cursor.committed_at };
            cursor.begin(begin, &held.state.value);
        }
        let Some(open) = &mut cursor.open else { return Err(stray(cursor, "a table map")) };
        open.table(offset);
        if open.passed {
            return Ok(());
        }
        let standing = || held.tables.standing(&held.task, &table);
        let known = router.table(self.images, id, map, table.clone(), standing);
        known.map_err(|unroutable| unroutable_at(cursor, unroutable))
    }

    fn take_rows(
        &self,
        held: &Held,
        reading: &mut Reading<I::Shape, I::Columns>,
        id: u64,
        kind: u8,
        payload: &[u8],
    ) -> Result<(), Halt> {
        let Reading { cursor, lanes, router } = reading;
        let Some(open) = &mut cursor.open else { return Err(stray(cursor, "rows")) };
        open.after_rows();
        if open.passed || router.passes(id) {
            return Ok(());
        }
        if open.prepared {
            return Err(prepared(cursor));
        }
        if open.definition.is_some() {
            return Err(unreadable(cursor, "rows in one transaction with the definition of their table"));
        }
        let before = lanes.operations();
        let rows = Rows {
            id,
            kind,
            payload,
            transaction: Position::boundary(cursor.timeline, open.at),
            committed_at: open.committed_at,
            covered: held.state.value.position,
        };
        let routed = router.route(self.images, rows, &mut open.rows, lanes);
        if lanes.operations() > before {
            lanes.note(open.gtid.as_ref(), self.clock.now());
        }
        routed.map_err(|unroutable| unroutable_at(cursor, unroutable))
    }

    async fn take_commit(
        &self,
        held: &mut Held,
        reading: &mut Reading<I::Shape, I::Columns>,
        next: LogPlace,
    ) -> Result<Step, Halt> {
        let Reading { cursor, lanes, router } = reading;
        if cursor.open.as_ref().is_none_or(|open| open.definition.is_none()) {
            cursor.end(next, &held.state.value);
            return Ok(Step::Between);
        }
        if let Some(open) = cursor.open.take() {
            let waited = self.pass_definition(held, cursor, lanes, open, next).await?;
            router.forget();
            if waited.is_over() {
                return Ok(Step::Over);
            }
        }
        Ok(Step::Between)
    }
}

/// What is to be shipped after a step.
fn due<S, K>(held: &Held, reading: &Reading<S, K>, step: &Step, now: UnixMs) -> Due {
    let Reading { cursor, lanes, .. } = reading;
    let state = &held.state.value;
    let is_stale = state.stored_at.until(now) >= STORE;
    // A source that has gone quiet shows no lag from then on, and not only from the next regular store.
    let is_news = state.committed_at <= now && state.idle_at.is_none_or(|idle| idle < state.committed_at);
    match step {
        Step::Over => Due::Nothing,
        Step::Idle(at) if is_stale || is_news || !lanes.is_empty() || lanes.is_under_way() => {
            Due::All(Some(*at))
        }
        Step::Idle(_) => Due::Nothing,
        Step::Read | Step::Between if lanes.is_full() => Due::Full,
        Step::Between if lanes.is_due(now) => Due::All(None),
        Step::Read | Step::Between if is_stale && lanes.is_empty() && has_moved(held, cursor) => {
            Due::All(None)
        }
        Step::Read | Step::Between if lanes.is_packed() => Due::Packed,
        Step::Read | Step::Between => Due::Nothing,
    }
}

/// Whether a store would let less be read again.
fn has_moved(held: &Held, cursor: &Cursor) -> bool {
    let state = &held.state.value;
    cursor.position() > state.position || cursor.resume() != state.resume
}

fn unroutable_at(cursor: &Cursor, unroutable: Unroutable) -> Halt {
    let at = cursor.position();
    match unroutable {
        Unroutable::Fault(table, fault) => Halt::stop(
            format!("a row of {table} at {at} does not fit the table as it is known: {fault}"),
            "its definition was changed in a way the log does not tell: start the task under a new name to copy again",
        ),
        Unroutable::Undecided(table) => Halt::stop(
            format!(
                "rows of {table}, which the task selects, are in the log at {at}, but the task does not know the table"
            ),
            "exclude the table, or start the task under a new name to take it in",
        ),
        Unroutable::Unmapped => stray(cursor, "rows without a table map"),
    }
}

fn stray(cursor: &Cursor, what: &str) -> Halt {
    Halt::stop(
        format!("the source's log cannot be read: {what} outside of its place at {}", cursor.position()),
        "start the task under a new name to copy again, and report this",
    )
}

fn prepared(cursor: &Cursor) -> Halt {
    Halt::stop(
        format!("an XA transaction at {} changes rows of the task's tables", cursor.position()),
        "changes of XA transactions are not carried: let the application commit without XA, and start the task under a new name to copy again",
    )
}

fn unreadable(cursor: &Cursor, what: &str) -> Halt {
    Halt::stop(
        format!("the source's log at {} holds what cannot be carried: {what}", cursor.position()),
        "the rows it changed are not known: set binlog_format=ROW and binlog_row_image=FULL for every session, and start the task under a new name to copy again",
    )
}
