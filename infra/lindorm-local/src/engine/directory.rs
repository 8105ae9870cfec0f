//! The users of a running server, and the one place where they change.
//!
//! 1. [`Directory::change`] builds the next state aside, under the lock, and puts it in place whole: a refused change leaves
//!    nothing behind. With a data folder the state is queued for it between the two, under the same lock.
//! 2. Each change raises the version, still under the lock. A session keeps what its user holds with the version it read
//!    under the same lock; so equal versions mean that nothing has changed, and a session whose version is another one
//!    reads again before its next statement. That makes a REVOKE hold for statements that were prepared before it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::answer::SqlError;
use crate::engine::account::{Accounts, Grants, Level};
use crate::engine::catalog::Catalog;
use crate::engine::durable::{Change, Journal, written_accounts};
use crate::engine::password::PasswordHashes;
use crate::refusal;
use crate::sql::{AccountChange, Privilege, Privileges, Resource, Secret};

/// The users of a server. Safe to use from many threads.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    accounts: RwLock<Accounts>,
    version: AtomicU64,
    journal: Option<Arc<Journal>>,
}

impl Directory {
    pub(crate) fn new(accounts: Accounts, journal: Option<Arc<Journal>>) -> Self {
        Self { accounts: RwLock::new(accounts), version: AtomicU64::new(0), journal }
    }

    /// Shows the users to `look`.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Accounts) -> T) -> T {
        look(&self.accounts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the users, wholly or not at all.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&mut Accounts) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = accounts.clone();
        change(&mut next)?;
        if let Some(journal) = self.journal.as_ref().filter(|_| *accounts != next) {
            journal.put(Change::Accounts(written_accounts(&next)));
        }
        *accounts = next;
        self.version.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// A number that is another one after every change.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// What a user holds (nothing, if there is no such user), and the version it was read at.
    pub(crate) fn grants(&self, user: &str) -> (u64, Grants) {
        self.read(|accounts| {
            let grants = accounts.get(user).map(|account| account.grants.clone()).unwrap_or_default();
            (self.version(), grants)
        })
    }

    /// Runs a statement on users or privileges; `current` is the database of table names that have none. Who may run it
    /// was judged before.
    pub(crate) fn apply(
        &self,
        change: &AccountChange,
        current: &str,
        catalog: &Catalog,
    ) -> Result<(), SqlError> {
        match change {
            AccountChange::Create { user, password, if_not_exists } => {
                let password = hashes(password)?;
                self.change(|accounts| match accounts.get(user) {
                    Some(_) if *if_not_exists => Ok(()),
                    Some(_) | None => accounts.create(user, password),
                })
            }
            AccountChange::Alter { user, password, old_password, if_exists } => {
                let password = hashes(password)?;
                let old = old_password.as_ref().map(|old| PasswordHashes::of(old.0.as_bytes()));
                self.change(|accounts| {
                    if *if_exists && accounts.get(user).is_none() {
                        return Ok(());
                    }
                    let account = accounts.of(user, "ALTER USER")?;
                    if old.is_some_and(|old| old != account.password) {
                        return Err(refusal::wrong_old_password());
                    }
                    account.password = Some(password);
                    Ok(())
                })
            }
            AccountChange::Drop { user, if_exists } => self.change(|accounts| match accounts.get(user) {
                None if *if_exists => Ok(()),
                None | Some(_) => accounts.remove(user),
            }),
            AccountChange::Grant { privileges, resource, user } => {
                let level = level_of(resource, *privileges, current)?;
                check_exists(level, catalog)?;
                self.change(|accounts| {
                    accounts.of(user, "GRANT")?.grants.give(level, *privileges);
                    Ok(())
                })
            }
            AccountChange::Revoke { privileges, resource, user } => {
                let level = level_of(resource, *privileges, current)?;
                self.change(|accounts| {
                    accounts.of(user, "REVOKE")?.grants.take(level, *privileges);
                    Ok(())
                })
            }
        }
    }
}

/// The hashes of a password given in a statement, which cannot be empty.
fn hashes(password: &Secret) -> Result<PasswordHashes, SqlError> {
    PasswordHashes::of(password.0.as_bytes()).ok_or_else(refusal::empty_password)
}

fn level_of<'a>(
    resource: &'a Resource,
    privileges: Privileges,
    current: &'a str,
) -> Result<Level<'a>, SqlError> {
    let level = match resource {
        Resource::Global => return Ok(Level::Global),
        Resource::Database(name) => Level::Database(name),
        Resource::Table(name) => Level::Table(name.database.as_deref().unwrap_or(current), &name.table),
    };
    if privileges.contains(Privileges::of(&[Privilege::System])) {
        return Err(refusal::system_is_global());
    }
    Ok(level)
}

/// Privileges are granted on what is there only; what was granted before a DROP stays, and can be revoked.
fn check_exists(level: Level<'_>, catalog: &Catalog) -> Result<(), SqlError> {
    match level {
        Level::Global => Ok(()),
        Level::Database(name) if catalog.has_database(name) => Ok(()),
        Level::Database(name) => Err(refusal::unknown_database(name)),
        Level::Table(name, table) => {
            let found = catalog.table_names(name)?.iter().any(|other| other == table);
            if found { Ok(()) } else { Err(refusal::no_such_table(name, table)) }
        }
    }
}
