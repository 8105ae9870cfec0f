//! Names of databases, tables and columns, and the one way to write a table's full name.
//!
//! It exists so that a name is checked once and can never be confused with another string.
//! It never quotes for SQL: each adapter quotes for its own server.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest identifier MySQL allows, in characters (MySQL manual, 11.2.1 identifier length limits).
pub const IDENTIFIER_CHARS_MAX: usize = 64;

/// Longest name the target allows, in bytes (`lindorm.md` 6); target names are checked against the probe as well.
pub const TARGET_NAME_BYTES_MAX: usize = 255;

/// Why a name is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentError {
    /// The name has no character.
    #[error("a name may not be empty")]
    Empty,
    /// The name is longer than either server allows.
    #[error("a name may have at most {TARGET_NAME_BYTES_MAX} bytes, this one has {bytes}")]
    TooLong {
        /// The length found.
        bytes: usize,
    },
    /// The name holds U+0000, which no identifier may.
    #[error("a name may not contain U+0000")]
    Nul,
}

fn checked(name: String) -> Result<String, IdentError> {
    if name.is_empty() {
        return Err(IdentError::Empty);
    }
    if name.len() > TARGET_NAME_BYTES_MAX {
        return Err(IdentError::TooLong { bytes: name.len() });
    }
    if name.contains('\0') {
        return Err(IdentError::Nul);
    }
    Ok(name)
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and wraps a name.
            ///
            /// # Errors
            /// [`IdentError`] where no server would take the name.
            pub fn new(name: impl Into<String>) -> Result<Self, IdentError> {
                checked(name.into()).map(Self)
            }

            /// The name as the server spells it, unquoted.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentError;
            fn try_from(name: String) -> Result<Self, IdentError> {
                Self::new(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type!(
    /// A MySQL schema, or a Lindorm database (= namespace).
    DatabaseName
);
name_type!(
    /// A table, without its database.
    TableName
);
name_type!(
    /// A column.
    ColumnName
);

/// A table with its database, on either side.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableId {
    /// The database.
    pub database: DatabaseName,
    /// The table in it.
    pub table: TableName,
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::{IdentError, TableName};

    #[test]
    fn a_name_no_server_takes_is_refused() {
        assert_eq!(TableName::new(""), Err(IdentError::Empty));
        assert_eq!(TableName::new("a\0b"), Err(IdentError::Nul));
        assert_eq!(TableName::new("x".repeat(256)), Err(IdentError::TooLong { bytes: 256 }));
        assert!(TableName::new("größe `x`").is_ok());
    }
}
