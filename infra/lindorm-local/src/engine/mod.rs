//! The engine: databases, tables and the statements on them.
//!
//! One [`Engine`] serves every connection thread at once; nothing in here awaits. A session's state lives in [`Session`], which
//! the connection owns. The engine never talks to a client and never reads a socket.

mod account;
mod alteration;
mod assumption;
mod bounds;
mod calendar;
mod catalog;
mod clock;
mod coerce;
mod condition;
mod decimal;
mod definition;
mod directory;
mod durable;
mod efficiency;
mod entrance;
mod information_schema;
mod key;
mod like;
mod listing;
mod naming;
mod node;
mod password;
mod preparation;
mod prepared;
mod presentation;
mod privilege;
mod projection;
mod reach;
mod removal;
mod row;
mod scan;
mod schema;
mod scope;
mod select;
mod session;
mod show;
mod shown;
mod shown_grants;
mod sort;
mod spreading;
mod stored_key;
mod structure;
mod system;
mod table;
mod table_option;
mod upsert;
mod variables;
mod visible;

use std::sync::Arc;

use crate::answer::{Answer, Column, Datum, SqlError};
use crate::refusal;
use crate::sql::{self, Statement};

use catalog::Catalog;
use directory::Directory;
use durable::Journal;
use information_schema::InformationSchema;
use privilege::{demand, demand_of_use};
use scope::Scope;
use spreading::Spreading;
use system::System;

pub use account::{Accounts, Login};
pub use assumption::{
    AssumptionInfo, Assumptions, BooleanResult, BothStamps, BoundText, BytesPerStatement, DecimalResult,
    DeleteAffected, DeleteMarker, DeniedStatement, DoubleQuotes, DuplicateColumnCode, EmptyValue,
    EngineVersion, EqualStamp, EqualToMarker, ErrorLanguage, Escapes, ExcessFraction, ExcessScale, Heed,
    JsonResult, KeyDelete, KeyLimit, LimitCap, MissingTableCode, Misuse, Names, NotNull, NullRow, NullWrite,
    OneKeyDelete, OverLimitCode, Parameters, Presence, ReadLimit, RowsPerStatement, SchemaVisibility,
    StampMinimum, StorageRefusalCode, Support, TABLE, TemporalResult, TextAsBytes, TtlOnWrite,
    UpsertAffected, ValueErrorCode, ValueLimit,
};
pub use clock::Clock;
pub use durable::DataDirError;
pub use entrance::Credential;
pub use node::{NODES_MAX, NoSuchNode, Node, Nodes};
pub use password::PasswordHashes;
pub use prepared::Prepared;
pub use reach::FirstKeyRange;
pub(crate) use scope::DEFAULT_TIMEOUT;
pub use session::Session;

/// What an engine is made with.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The behaviours no public page settles.
    pub assumptions: Assumptions,
    /// Where the time comes from.
    pub clock: Clock,
    /// For each node how far its clock is ahead; without any there is one node that goes right.
    pub node_skews_ms: Vec<i64>,
}

/// The databases of one server. Share it by `Arc`; every method may be called from many threads at once.
#[derive(Debug)]
pub struct Engine {
    options: EngineOptions,
    nodes: Nodes,
    catalog: Catalog,
    spreading: Spreading,
    directory: Directory,
    system: System,
    views: InformationSchema,
    /// Where changes are kept; without it they end with the process.
    journal: Option<Arc<Journal>>,
}

impl Engine {
    /// An engine with the database `default`, without tables and users.
    #[must_use]
    pub fn new(options: EngineOptions) -> Self {
        let catalog = Catalog::new(options.assumptions.missing_table_code, None);
        Self::with(options, catalog, Directory::default(), None)
    }

    fn with(
        options: EngineOptions,
        catalog: Catalog,
        directory: Directory,
        journal: Option<Arc<Journal>>,
    ) -> Self {
        let system = System::new(&options.assumptions);
        let nodes = Nodes::new(options.clock.clone(), &options.node_skews_ms);
        let spreading = Spreading::default();
        let views = InformationSchema::new(&options.assumptions);
        Self { options, nodes, catalog, spreading, directory, system, views, journal }
    }

    /// The nodes it answers as.
    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// The behaviours this engine was made with.
    #[must_use]
    pub fn assumptions(&self) -> &Assumptions {
        &self.options.assumptions
    }

    /// The most connections, if ALTER SYSTEM SET MAX_CONN named it.
    #[must_use]
    pub fn connections_max(&self) -> Option<usize> {
        self.system.settings().connections_max
    }

    /// The language of errors, as ERROR_LANG says.
    #[must_use]
    pub fn error_language(&self) -> ErrorLanguage {
        self.system.settings().language
    }

    /// A new session on `database`, or on `default`, of the program that the engine is part of: it may do everything.
    ///
    /// # Errors
    /// 1049 for a database that does not exist.
    pub fn session(&self, database: Option<&str>) -> Result<Session, SqlError> {
        let mut session = Session::new("default", self.nodes.take_turn());
        variables::begin(&mut session, &self.system);
        if let Some(database) = database.filter(|name| !name.is_empty()) {
            self.use_database(&mut session, database)?;
        }
        Ok(session)
    }

    /// Changes a session's database, as `USE` and COM_INIT_DB do.
    ///
    /// # Errors
    /// 1049 for a database that does not exist; a denial for one that the session's user holds nothing on.
    pub fn use_database(&self, session: &mut Session, database: &str) -> Result<(), SqlError> {
        if !self.catalog.has_database(database) {
            return Err(refusal::unknown_database(database));
        }
        let number = self.assumptions().denied_statement;
        session.access.check(&self.directory, number, || demand_of_use(database))?;
        database.clone_into(&mut session.database);
        Ok(())
    }

    /// Parses a statement as COM_STMT_PREPARE does and finds the columns of its rows.
    ///
    /// # Errors
    /// A syntax error, an unsupported statement, an unknown table or column, or what a prepared statement must not hold.
    pub fn prepare(&self, session: &Session, sql: &str) -> Result<Prepared, SqlError> {
        let mut parsed = self.parse(session, sql)?;
        preparation::prepared(&mut parsed.statement, self.assumptions())?;
        self.resolve(session, parsed)
    }

    /// The same for a statement that came as text, by COM_QUERY: hints and values are bound by no rule on prepared statements.
    ///
    /// # Errors
    /// As [`Engine::prepare`], without the last.
    pub fn read(&self, session: &Session, sql: &str) -> Result<Prepared, SqlError> {
        let parsed = self.parse(session, sql)?;
        self.resolve(session, parsed)
    }

    fn parse(&self, session: &Session, sql: &str) -> Result<sql::Parsed, SqlError> {
        let mut parsed = sql::parse(sql, preparation::dialect(session, self.assumptions()))?;
        preparation::check(&mut parsed.statement, self.assumptions())?;
        Ok(parsed)
    }

    fn resolve(&self, session: &Session, parsed: sql::Parsed) -> Result<Prepared, SqlError> {
        self.authorize(session, &parsed.statement)?;
        let columns = self.columns(session, &parsed.statement)?;
        Ok(Prepared::new(parsed.statement, parsed.param_count, columns))
    }

    /// Whether the session's user holds what the statement needs.
    fn authorize(&self, session: &Session, statement: &Statement) -> Result<(), SqlError> {
        let number = self.assumptions().denied_statement;
        session.access.check(&self.directory, number, || demand(statement, session))
    }

    /// A table or view to be read.
    fn readable(&self, session: &Session, name: &sql::TableName) -> Result<Arc<table::Table>, SqlError> {
        self.views.find(name).unwrap_or_else(|| self.seen_table(session, name))
    }

    fn columns(&self, session: &Session, statement: &Statement) -> Result<Option<Vec<Column>>, SqlError> {
        match statement {
            Statement::Select(select) => match &select.table {
                None => variables::columns(select, session, self.assumptions()).map(Some),
                Some(table) => {
                    let table = self.readable(session, table)?;
                    select::columns(select, &table.schema(), self.assumptions()).map(Some)
                }
            },
            Statement::Show(show) => Ok(Some(show::columns(show))),
            Statement::Upsert(sql::Upsert { table, .. })
            | Statement::Delete(sql::Delete { table, .. })
            | Statement::Update(sql::Update { table, .. }) => self.seen_table(session, table).map(|_| None),
            Statement::CreateDatabase(..)
            | Statement::DropDatabase(..)
            | Statement::CreateTable(_)
            | Statement::CreateTableLike(..)
            | Statement::AlterSystem(..)
            | Statement::AlterTable(..)
            | Statement::CreateIndex(..)
            | Statement::DropIndex(..)
            | Statement::DropTable(..)
            | Statement::Truncate(_)
            | Statement::Use(_)
            | Statement::Set(_)
            | Statement::Account(_)
            | Statement::EndTransaction => Ok(None),
        }
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
            return Err(refusal::wrong_parameter_count(prepared.param_count(), params.len()));
        }
        let statement = prepared.statement();
        session.access.refresh(&self.directory);
        self.authorize(session, statement)?;
        self.keeping(statement, || self.run(session, statement, params))
    }

    fn run(
        &self,
        session: &mut Session,
        statement: &Statement,
        params: &[Datum<'_>],
    ) -> Result<Answer, SqlError> {
        let now = self.nodes.now_ms(session.node);
        let settings = self.system.settings();
        let scope = Scope::new(self.assumptions(), settings, now, session, statement.hints(), params);
        let table = |name| self.seen_table(session, name);
        let numbered = |error| scope.numbered(error);
        let affected = match statement {
            Statement::Upsert(upsert) => {
                upsert::upsert(&*table(&upsert.table)?, upsert, &scope).map_err(numbered)?
            }
            Statement::Delete(delete) => {
                removal::delete(&table(&delete.table)?, delete, &scope).map_err(numbered)?
            }
            Statement::Update(update) => {
                removal::update(&table(&update.table)?, update, &scope).map_err(numbered)?
            }
            Statement::Select(select) => {
                return match &select.table {
                    Some(name) => {
                        select::select(&self.readable(session, name)?, select, &scope).map_err(numbered)
                    }
                    None => variables::select(select, session, &scope),
                };
            }
            Statement::Show(show) => {
                return show::show(show, self, session);
            }
            Statement::Use(database) => {
                self.use_database(session, database)?;
                0
            }
            Statement::Set(assignments) => {
                variables::set(assignments, session, self.assumptions())?;
                0
            }
            definition => {
                self.spread(session, definition, || self.define(definition, &session.database, &scope))?;
                0
            }
        };
        Ok(Answer::Done { affected })
    }

    /// Parses and runs a statement without parameters.
    ///
    /// # Errors
    /// As [`Engine::prepare`] and [`Engine::execute`].
    pub fn query(&self, session: &mut Session, sql: &str) -> Result<Answer, SqlError> {
        let prepared = self.read(session, sql)?;
        self.execute(session, &prepared, &[])
    }

    /// Forgets delete markers and removed cells of every table, as a major compaction at this moment does.
    pub fn compact(&self) {
        self.catalog.each_table(&mut |table| table.compact());
    }
}
