//! What each statement needs (`lindorm.md` 8, and the tables of the pages on DDL, DML and DCL), and whether a session has it.
//!
//! The table is [`demand`]; the check is [`Access::check`]. For a session that holds everything the check is one comparison
//! of versions. What the pages leave open is chosen here: SHOW INDEX and SHOW TABLE VARIABLES need what DESCRIBE needs,
//! SHOW PRIVILEGES needs ADMIN on everything since it shows everyone's, and statements that touch no table need nothing.

use crate::answer::SqlError;
use crate::engine::account::{Grants, Level};
use crate::engine::directory::Directory;
use crate::engine::{DeniedStatement, Session};
use crate::refusal;
use crate::sql::{AccountChange, Delete, Privilege, Privileges, Show, Statement, TableName, Update, Upsert};

/// What a statement needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand<'a> {
    /// Nothing.
    Nothing,
    /// All of these, at this place or above.
    All(Privileges, Level<'a>),
    /// READ, WRITE or ADMIN on the database, above it or on a table of it.
    AnyIn(&'a str),
    /// READ, WRITE or ADMIN anywhere.
    Any,
}

/// What a statement needs from a session.
pub(crate) fn demand<'a>(statement: &'a Statement, session: &'a Session) -> Demand<'a> {
    use Privilege::{Admin, Read, Trash, Write};
    let current = session.database.as_str();
    let database = |name: &'a TableName| name.database.as_deref().unwrap_or(current);
    let on_table = |privilege, name: &'a TableName| {
        Demand::All(Privileges::of(&[privilege]), Level::Table(database(name), &name.table))
    };
    let on_database = |privileges: &[Privilege], name: &'a TableName| {
        Demand::All(Privileges::of(privileges), Level::Database(database(name)))
    };
    let on_global = |privileges: &[Privilege]| Demand::All(Privileges::of(privileges), Level::Global);
    match statement {
        Statement::Upsert(Upsert { table, .. })
        | Statement::Update(Update { table, .. })
        | Statement::Delete(Delete { table, .. }) => on_table(Write, table),
        Statement::Select(select) => match &select.table {
            Some(table) if !is_for_everyone(database(table)) => on_table(Read, table),
            Some(_) | None => Demand::Nothing,
        },
        Statement::CreateTable(create) => on_database(&[Admin], &create.table),
        Statement::CreateTableLike(table, ..) => on_database(&[Admin], table),
        Statement::AlterSystem(..) => on_global(&[Admin]),
        Statement::AlterTable(table, _) | Statement::CreateIndex(table, ..) => {
            on_database(&[Read, Admin], table)
        }
        Statement::DropIndex(table, _) => on_database(&[Read, Admin, Trash], table),
        Statement::DropTable(table, _) | Statement::Truncate(table) => on_database(&[Admin, Trash], table),
        Statement::CreateDatabase(..) => on_global(&[Admin]),
        Statement::DropDatabase(..) => on_global(&[Read, Admin]),
        Statement::Show(show) => shown(show, current),
        Statement::Account(AccountChange::Alter { user, old_password: Some(_), .. })
            if session.access.user() == Some(user) =>
        {
            Demand::Nothing
        }
        Statement::Account(
            AccountChange::Create { .. } | AccountChange::Alter { .. } | AccountChange::Drop { .. },
        ) => on_global(&[Read, Admin]),
        Statement::Account(AccountChange::Grant { .. } | AccountChange::Revoke { .. }) => on_global(&[Admin]),
        // USE needs what `demand_of_use` says, once it is known that there is such a database.
        Statement::Use(_) | Statement::Set(_) | Statement::EndTransaction => Demand::Nothing,
    }
}

/// What it takes to work in a database, by USE, COM_INIT_DB or login.
pub(crate) fn demand_of_use(database: &str) -> Demand<'_> {
    if is_for_everyone(database) { Demand::Nothing } else { Demand::AnyIn(database) }
}

fn shown<'a>(show: &'a Show, current: &'a str) -> Demand<'a> {
    use Privilege::{Admin, Read};
    let on_database = |privileges: &[Privilege], database| {
        Demand::All(Privileges::of(privileges), Level::Database(database))
    };
    let of_table = |name: &'a TableName| name.database.as_deref().unwrap_or(current);
    match show {
        Show::Databases | Show::Users => Demand::Any,
        Show::Tables(database) => on_database(&[Read], database.as_deref().unwrap_or(current)),
        Show::Describe(table)
        | Show::Columns(table)
        | Show::Indexes(table)
        | Show::TableVariables(table, _) => on_database(&[Read], of_table(table)),
        Show::CreateTable(table) => on_database(&[Read, Admin], of_table(table)),
        Show::Privileges => Demand::All(Privileges::of(&[Admin]), Level::Global),
        Show::Variables(_) | Show::SystemVariables(_) | Show::Warnings => Demand::Nothing,
    }
}

/// The views of `information_schema` tell nobody more than SHOW does.
fn is_for_everyone(database: &str) -> bool {
    database.eq_ignore_ascii_case("information_schema")
}

/// Whose session it is, and what was held when last looked.
#[derive(Debug, Clone)]
pub(crate) struct Access(Option<Held>);

#[derive(Debug, Clone)]
struct Held {
    user: String,
    version: u64,
    grants: Grants,
    everything: bool,
}

impl Held {
    fn read(user: &str, directory: &Directory) -> Self {
        let (version, grants) = directory.grants(user);
        let everything = grants.global.contains(Privileges::EVERYTHING);
        Self { user: user.to_owned(), version, grants, everything }
    }

    fn meets(&self, demand: &Demand<'_>) -> bool {
        let any = Privileges::of(&[Privilege::Read, Privilege::Write, Privilege::Admin]);
        match *demand {
            Demand::Nothing => true,
            Demand::All(privileges, level) => self.grants.at(level).contains(privileges),
            Demand::AnyIn(database) => self.grants.touch_database(database, any),
            Demand::Any => self.grants.touch(any),
        }
    }
}

impl Access {
    /// The access of the program that the engine is part of: nothing is checked.
    pub(crate) fn unchecked() -> Self {
        Self(None)
    }

    /// A user's access.
    pub(crate) fn of(user: &str, directory: &Directory) -> Self {
        Self(Some(Held::read(user, directory)))
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.0.as_ref().map(|held| held.user.as_str())
    }

    /// Reads again what is held, if anything has changed.
    pub(crate) fn refresh(&mut self, directory: &Directory) {
        if let Some(held) = &mut self.0
            && held.version != directory.version()
        {
            *held = Held::read(&held.user, directory);
        }
    }

    /// Whether the demand is met now.
    ///
    /// # Errors
    /// 1227, or 1045 where the switch says so.
    pub(crate) fn check<'d>(
        &self,
        directory: &Directory,
        number: DeniedStatement,
        demand: impl FnOnce() -> Demand<'d>,
    ) -> Result<(), SqlError> {
        let Some(held) = &self.0 else { return Ok(()) };
        let is_current = held.version == directory.version();
        if is_current && held.everything {
            return Ok(());
        }
        let demand = demand();
        let is_met =
            if is_current { held.meets(&demand) } else { Held::read(&held.user, directory).meets(&demand) };
        match number {
            _ if is_met => Ok(()),
            DeniedStatement::InsufficientPrivilege => Err(refusal::insufficient_privilege(&named(&demand))),
            DeniedStatement::AccessDenied => Err(refusal::access_denied(&held.user)),
        }
    }
}

/// What is missing, for people.
fn named(demand: &Demand<'_>) -> String {
    match demand {
        Demand::Nothing => String::new(),
        Demand::All(privileges, level) => {
            let privileges = privileges.spellings().join(" and ");
            match level {
                Level::Global => format!("{privileges} on GLOBAL"),
                Level::Database(name) => format!("{privileges} on database '{name}'"),
                Level::Table(name, table) => format!("{privileges} on table '{name}.{table}'"),
            }
        }
        Demand::AnyIn(name) => format!("READ, WRITE or ADMIN on database '{name}'"),
        Demand::Any => "READ, WRITE or ADMIN".to_owned(),
    }
}
