//! One statement under the faults that are set.
//!
//! The head of [`crate::fault`] argues why what is applied is what the fault says.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::{Answer, Datum, SqlError};
use crate::engine::{DEFAULT_TIMEOUT, Engine, Prepared, Session};
use crate::fault::recipe::Applied;
use crate::fault::registry::{Blow, FaultId, Faults, Occasion, Waited};
use crate::fault::statement::{self, Verb};
use crate::refusal;
use crate::sql::Statement;

/// How a statement failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With an answer.
    Refused(SqlError),
    /// Without one: the connection is to be cut.
    Cut,
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        Failure::Refused(error)
    }
}

/// Runs a statement as [`Engine::execute`] does, under the faults that are set.
pub(crate) fn execute(
    engine: &Arc<Engine>,
    faults: &Arc<Faults>,
    session: &mut Session,
    prepared: &Prepared,
    params: &[Datum<'_>],
) -> Result<Answer, Failure> {
    if !faults.are_set() {
        return engine.execute(session, prepared, params).map_err(Failure::Refused);
    }
    let deadline = Instant::now() + prepared.timeout().unwrap_or(DEFAULT_TIMEOUT);
    let mut struck = Struck { engine, faults, session, prepared, params, deadline };
    struck.run()
}

/// A statement that may be struck.
struct Struck<'a> {
    engine: &'a Arc<Engine>,
    faults: &'a Arc<Faults>,
    session: &'a mut Session,
    prepared: &'a Prepared,
    params: &'a [Datum<'a>],
    deadline: Instant,
}

impl Struck<'_> {
    fn run(&mut self) -> Result<Answer, Failure> {
        for blow in self.blows()? {
            match blow {
                Blow::Block(fault) => self.waited(self.faults.wait_for(fault, self.deadline))?,
                Blow::Stall(fault, delay) => self.stall(fault, delay)?,
                Blow::End(fault, delay, applied, error) => {
                    // What is applied is applied before the delay: a client that gives up meanwhile must reckon with it.
                    self.apply(applied)?;
                    let waited = self.faults.wait_for(fault, (Instant::now() + delay).min(self.deadline));
                    return match (waited, error) {
                        (Waited::Over, Some(error)) => Err(Failure::Refused(error)),
                        (Waited::Over, None) | (Waited::Closing, _) => Err(Failure::Cut),
                    };
                }
            }
        }
        Ok(self.engine.execute(self.session, self.prepared, self.params)?)
    }

    fn blows(&self) -> Result<Vec<Blow>, SqlError> {
        let statement = self.prepared.statement();
        let table = statement::table(statement).map(|name| {
            let database = name.database.as_deref().unwrap_or(self.session.database());
            (database, name.table.as_str())
        });
        let reaches = |range: &_| self.engine.reaches(self.session, self.prepared, self.params, range);
        self.faults.strike(&Occasion { verb: Verb::of(statement), table, reaches: &reaches })
    }

    fn stall(&self, fault: FaultId, delay: Duration) -> Result<(), Failure> {
        self.waited(self.faults.wait_for(fault, (Instant::now() + delay).min(self.deadline)))
    }

    /// Goes on after a wait, unless the time is over.
    fn waited(&self, waited: Waited) -> Result<(), Failure> {
        match waited {
            Waited::Closing => Err(Failure::Cut),
            Waited::Over if Instant::now() >= self.deadline => Err(refusal::timed_out().into()),
            Waited::Over => Ok(()),
        }
    }

    fn apply(&mut self, applied: Applied) -> Result<(), SqlError> {
        match applied {
            Applied::Nothing => Ok(()),
            Applied::All => self.engine.execute(self.session, self.prepared, self.params).map(drop),
            Applied::Rows(rows) => match first_rows(self.prepared, rows) {
                Some(part) => self.engine.execute(self.session, &part, self.params).map(drop),
                None => self.apply(Applied::All),
            },
            Applied::Later(after) => {
                self.apply_later(Instant::now() + after);
                Ok(())
            }
        }
    }

    fn apply_later(&self, at: Instant) {
        let (engine, faults) = (Arc::clone(self.engine), Arc::clone(self.faults));
        let (mut session, prepared, deadline) = (self.session.clone(), self.prepared.clone(), self.deadline);
        let params: Vec<Datum<'static>> =
            self.params.iter().map(|param| param.clone().into_owned()).collect();
        // Where no thread can be had the write is lost, which its client cannot tell from one that is late.
        let _ = thread::Builder::new().name("late write".to_owned()).spawn(move || {
            if faults.wait_until(at.min(deadline)) == Waited::Over && Instant::now() < deadline {
                // Nobody is left to be told of a refusal.
                let _ = engine.execute(&mut session, &prepared, &params);
            }
        });
    }
}

/// The statement with its first rows only; nothing where these are all it has.
fn first_rows(prepared: &Prepared, rows: usize) -> Option<Prepared> {
    let Statement::Upsert(upsert) = prepared.statement() else { return None };
    if statement::row_count(prepared.statement()) <= rows {
        return None;
    }
    let mut part = upsert.clone();
    part.values.truncate(rows * upsert.columns.len());
    Some(prepared.with_statement(Statement::Upsert(part)))
}
