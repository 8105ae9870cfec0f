//! The privileges there are, sets of them, and the resources they are held on (`lindorm.md` 8).
//!
//! These are words of the dialect; what they allow is the engine's matter. A set never holds a privilege twice.

use serde::{Deserialize, Serialize};

use crate::sql::TableName;

/// One privilege. ADMIN includes neither READ nor WRITE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privilege {
    /// To read rows and definitions.
    Read,
    /// To write and delete rows.
    Write,
    /// To make and change databases, tables, users and grants.
    Admin,
    /// To drop and truncate tables.
    Trash,
    /// To manage the whole server; GLOBAL only, and GLOBAL ADMIN is part of it.
    System,
}

impl Privilege {
    /// Every privilege, in the order in which they are shown.
    pub(crate) const EACH: [Self; 5] = [Self::Read, Self::Write, Self::Admin, Self::Trash, Self::System];

    /// Its spelling.
    #[must_use]
    pub fn spelling(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Admin => "ADMIN",
            Self::Trash => "TRASH",
            Self::System => "SYSTEM",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Write => 1 << 1,
            Self::Admin => 1 << 2,
            Self::Trash => 1 << 3,
            Self::System => 1 << 4,
        }
    }
}

/// A set of privileges. It is stored as the list of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Privilege>", into = "Vec<Privilege>")]
pub struct Privileges(u8);

impl Privileges {
    /// What `ALL` stands for: everything but SYSTEM.
    pub(crate) const ALL: Self = Self(0b0_1111);
    /// Everything there is.
    pub(crate) const EVERYTHING: Self = Self(0b1_1111);

    /// The set of these.
    pub(crate) fn of(privileges: &[Privilege]) -> Self {
        Self(privileges.iter().fold(0, |bits, privilege| bits | privilege.bit()))
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The spellings of its privileges.
    pub(crate) fn spellings(self) -> Vec<&'static str> {
        Vec::from(self).into_iter().map(Privilege::spelling).collect()
    }
}

impl From<Vec<Privilege>> for Privileges {
    fn from(privileges: Vec<Privilege>) -> Self {
        Self::of(&privileges)
    }
}

impl From<Privileges> for Vec<Privilege> {
    fn from(set: Privileges) -> Self {
        Privilege::EACH.into_iter().filter(|privilege| set.0 & privilege.bit() != 0).collect()
    }
}

/// What a privilege is granted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// Everything.
    Global,
    /// One database with all its tables.
    Database(String),
    /// One table.
    Table(TableName),
}
