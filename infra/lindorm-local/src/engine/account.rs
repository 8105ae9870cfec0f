//! The users of a server with their passwords and grants: plain data, stored as it stands (`lindorm.md` 8 and 6).
//!
//! Nothing in here locks, checks who asks, or talks to a store: [`crate::engine::directory`] is the one place that changes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::SqlError;
use crate::engine::password::PasswordHashes;
use crate::refusal;
use crate::sql::{Privilege, Privileges};

/// The user that is there from the start and stays.
const ROOT: &str = "root";

/// Which login methods an account has (`lindorm.md` 11 rule 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// `caching_sha2_password`; `mysql_native_password` or `mysql_clear_password` (over TLS) for clients that ask.
    Any,
    /// `mysql_native_password`: a client that starts with another method is switched to it.
    Native,
    /// `caching_sha2_password` only, and error 9003 for a client that asks for `mysql_native_password`: a user created
    /// on an old version.
    Old,
}

/// All users by name. Names are compared exactly, upper and lower case apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    by_name: BTreeMap<String, Account>,
}

/// One user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) login: Login,
    /// None for an empty password.
    pub(crate) password: Option<PasswordHashes>,
    pub(crate) grants: Grants,
}

impl Accounts {
    pub(crate) fn get(&self, user: &str) -> Option<&Account> {
        self.by_name.get(user)
    }

    /// The account of a user there must be.
    pub(crate) fn of(&mut self, user: &str, operation: &str) -> Result<&mut Account, SqlError> {
        self.by_name.get_mut(user).ok_or_else(|| refusal::user_operation(operation, user, "no such user"))
    }

    /// Name and grants of every user, by name.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &Grants)> {
        self.by_name.iter().map(|(name, account)| (name.as_str(), &account.grants))
    }

    /// A user as the server's options name it: with every privilege when new, else with the grants it has.
    ///
    /// An empty password in the options says nothing about a user who is there already.
    pub(crate) fn install(&mut self, user: &str, password: Option<PasswordHashes>, login: Login) {
        match self.by_name.get_mut(user) {
            Some(account) => {
                account.login = login;
                account.password = password.or(account.password.take());
            }
            None => {
                let grants = Grants { global: Privileges::EVERYTHING, ..Grants::default() };
                self.by_name.insert(user.to_owned(), Account { login, password, grants });
            }
        }
    }

    /// A user without any privilege.
    pub(crate) fn create(&mut self, user: &str, password: PasswordHashes) -> Result<(), SqlError> {
        check_name(user)?;
        if self.by_name.contains_key(user) {
            return Err(refusal::user_operation("CREATE USER", user, "the user exists"));
        }
        let account = Account { login: Login::Any, password: Some(password), grants: Grants::default() };
        self.by_name.insert(user.to_owned(), account);
        Ok(())
    }

    /// Takes a user away with all grants; `root` stays.
    pub(crate) fn remove(&mut self, user: &str) -> Result<(), SqlError> {
        if user == ROOT {
            return Err(refusal::user_operation("DROP USER", user, "this user stays"));
        }
        self.by_name
            .remove(user)
            .map(|_| ())
            .ok_or_else(|| refusal::user_operation("DROP USER", user, "no such user"))
    }
}

/// A user's name: 4 to 15 of letters, digits, `-` and `_`, and none of the reserved ones.
fn check_name(user: &str) -> Result<(), SqlError> {
    let fault = if ["system", "anonymous", "lindorm"].contains(&user) {
        "the name is reserved"
    } else if !(4..=15).contains(&user.chars().count()) {
        "a name has 4 to 15 characters"
    } else if !user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        "a name holds letters, digits, - and _ only"
    } else {
        return Ok(());
    };
    Err(refusal::user_operation("CREATE USER", user, fault))
}

/// Where a statement needs its privileges. What is held above counts, what is held below does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level<'a> {
    /// On everything.
    Global,
    /// On a database.
    Database(&'a str),
    /// On a table of a database.
    Table(&'a str, &'a str),
}

/// What a user holds, level by level. No entry is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grants {
    pub(crate) global: Privileges,
    pub(crate) databases: BTreeMap<String, Privileges>,
    /// By database, then table.
    pub(crate) tables: BTreeMap<String, BTreeMap<String, Privileges>>,
}

impl Grants {
    /// What is held at this place, granted here or above.
    pub(crate) fn at(&self, level: Level<'_>) -> Privileges {
        let admin = Privileges::of(&[Privilege::Admin]);
        let system = self.global.contains(Privileges::of(&[Privilege::System]));
        let global = if system { self.global.with(admin) } else { self.global };
        let database = |name: &str| global.with(self.databases.get(name).copied().unwrap_or_default());
        match level {
            Level::Global => global,
            Level::Database(name) => database(name),
            Level::Table(name, table) => {
                let here = self.tables.get(name).and_then(|tables| tables.get(table));
                database(name).with(here.copied().unwrap_or_default())
            }
        }
    }

    /// Whether any of these is held on the database, above it, or on a table of it.
    pub(crate) fn touch_database(&self, name: &str, any: Privileges) -> bool {
        let inside = self.tables.get(name).into_iter().flat_map(BTreeMap::values);
        self.at(Level::Database(name)).meets(any) || inside.into_iter().any(|held| held.meets(any))
    }

    /// Whether any of these is held anywhere.
    pub(crate) fn touch(&self, any: Privileges) -> bool {
        let tables = self.tables.values().flat_map(BTreeMap::values);
        self.at(Level::Global).meets(any) || self.databases.values().chain(tables).any(|held| held.meets(any))
    }

    pub(crate) fn give(&mut self, level: Level<'_>, privileges: Privileges) {
        let held = match level {
            Level::Global => &mut self.global,
            Level::Database(name) => self.databases.entry(name.to_owned()).or_default(),
            Level::Table(name, table) => {
                self.tables.entry(name.to_owned()).or_default().entry(table.to_owned()).or_default()
            }
        };
        *held = held.with(privileges);
    }

    /// Takes privileges away at exactly this place. With SYSTEM goes GLOBAL ADMIN, which is part of it.
    pub(crate) fn take(&mut self, level: Level<'_>, privileges: Privileges) {
        match level {
            Level::Global => {
                let system = privileges.contains(Privileges::of(&[Privilege::System]));
                let admin = if system { Privileges::of(&[Privilege::Admin]) } else { Privileges::default() };
                self.global = self.global.without(privileges.with(admin));
            }
            Level::Database(name) => {
                if let Some(held) = self.databases.get_mut(name) {
                    *held = held.without(privileges);
                }
            }
            Level::Table(name, table) => {
                if let Some(held) = self.tables.get_mut(name).and_then(|tables| tables.get_mut(table)) {
                    *held = held.without(privileges);
                }
            }
        }
        self.databases.retain(|_, held| !held.is_empty());
        self.tables.values_mut().for_each(|tables| tables.retain(|_, held| !held.is_empty()));
        self.tables.retain(|_, tables| !tables.is_empty());
    }
}
