//! The engine: databases, tables and the statements on them.
//!
//! One [`Engine`] serves every connection thread at once; nothing in here awaits. A session's state lives in [`Session`], which
//! the connection owns. The engine never talks to a client and never reads a socket.

mod assumption;
mod clock;
mod error;
mod prepared;
mod session;

use crate::answer::{Answer, Datum, SqlError};
use crate::sql;

pub use assumption::{
    AssumptionInfo, Assumptions, DeleteAffected, EmptyBytes, EqualStamp, Escapes, ExcessScale, LimitCap,
    Misuse, Names, NullRow, NullWrite, Support, TABLE, TextAsBytes,
};
pub use clock::Clock;
pub(crate) use error::syntax;
pub use prepared::Prepared;
pub use session::Session;

/// What an engine is made with.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The behaviours no public page settles.
    pub assumptions: Assumptions,
    /// Where the time comes from.
    pub clock: Clock,
}

/// The databases of one server. Share it by `Arc`; every method may be called from many threads at once.
#[derive(Debug)]
pub struct Engine {
    options: EngineOptions,
}

impl Engine {
    /// An engine with the database `default` and nothing else.
    #[must_use]
    pub fn new(options: EngineOptions) -> Self {
        Self { options }
    }

    /// The behaviours this engine was made with.
    #[must_use]
    pub fn assumptions(&self) -> &Assumptions {
        &self.options.assumptions
    }

    /// A new session on `database`, or on `default`.
    ///
    /// # Errors
    /// 1049 for a database that does not exist.
    pub fn session(&self, database: Option<&str>) -> Result<Session, SqlError> {
        let mut session = Session::new("default");
        if let Some(database) = database.filter(|name| !name.is_empty()) {
            self.use_database(&mut session, database)?;
        }
        Ok(session)
    }

    /// Changes a session's database, as `USE` and COM_INIT_DB do.
    ///
    /// # Errors
    /// 1049 for a database that does not exist.
    pub fn use_database(&self, session: &mut Session, database: &str) -> Result<(), SqlError> {
        if database != "default" {
            return Err(error::unknown_database(database));
        }
        database.clone_into(&mut session.database);
        Ok(())
    }

    /// Parses a statement and finds the columns of its rows.
    ///
    /// # Errors
    /// A syntax error, an unsupported statement, an unknown table or column.
    pub fn prepare(&self, session: &Session, sql: &str) -> Result<Prepared, SqlError> {
        let parsed = sql::parse(sql, session.no_backslash_escapes)?;
        Ok(Prepared::new(parsed.statement, parsed.param_count, None))
    }

    /// Runs a prepared statement with one value per `?`.
    ///
    /// # Errors
    /// Any refusal of the statement; nothing of a refused statement is written.
    pub fn execute(
        &self,
        session: &mut Session,
        prepared: &Prepared,
        params: &[Datum<'_>],
    ) -> Result<Answer, SqlError> {
        if params.len() != prepared.param_count() {
            return Err(error::wrong_parameter_count(prepared.param_count(), params.len()));
        }
        match prepared.statement() {
            sql::Statement::Use(database) => {
                self.use_database(session, database)?;
                Ok(Answer::Done { affected: 0 })
            }
        }
    }

    /// Parses and runs a statement without parameters.
    ///
    /// # Errors
    /// As [`Engine::prepare`] and [`Engine::execute`].
    pub fn query(&self, session: &mut Session, sql: &str) -> Result<Answer, SqlError> {
        let prepared = self.prepare(session, sql)?;
        self.execute(session, &prepared, &[])
    }
}
