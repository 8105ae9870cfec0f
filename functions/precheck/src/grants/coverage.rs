//! What an account's grants allow: globally, on a database by pattern, on a table, on some columns.

use migration::ident::TableId;
use migration::port::SourceFacts;

use super::parse::{Line, Privilege, Scope, line};
use crate::quote;

/// All grants of an account.
#[derive(Debug)]
pub(crate) struct Grants {
    lines: Vec<Line>,
    /// With partial revokes `_` and `%` in a database name stand for themselves.
    partial_revokes: bool,
    /// Names are compared without letter case (`lower_case_table_names` 1 or 2).
    fold_case: bool,
}

/// How much of a table may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// All of it.
    Whole,
    /// Some columns only; the catalog hides the others, so that having all the catalog lists proves nothing.
    Columns,
    /// Nothing.
    No,
}

impl Grants {
    /// Reads the lines.
    pub(crate) fn of(facts: &SourceFacts) -> Self {
        let variable = |name: &str| facts.variables.get(name).map(|value| value.to_uppercase());
        Self {
            lines: facts.grants.iter().map(|text| line(text)).collect(),
            partial_revokes: variable("partial_revokes").is_some_and(|value| value == "ON" || value == "1"),
            fold_case: variable("lower_case_table_names").is_some_and(|value| value != "0"),
        }
    }

    /// The statement that gives `account` SELECT on a database. Under partial revokes its name is no pattern, so
    /// nothing in it is escaped.
    pub(crate) fn select_on(&self, database: &str, account: &str) -> String {
        let shown =
            if self.partial_revokes { quote::name(database) } else { quote::grant_database(database) };
        format!("GRANT SELECT ON {shown}.* TO {};", quote::account(account))
    }

    /// The statement that makes granted roles count at login, where there are any.
    pub(crate) fn activate_roles(&self, account: &str) -> Option<String> {
        self.has_roles().then(|| format!("SET DEFAULT ROLE ALL TO {};", quote::account(account)))
    }

    /// Whether any role is granted.
    pub(crate) fn has_roles(&self) -> bool {
        self.lines.contains(&Line::Roles)
    }

    /// Whether a privilege is held on everything.
    pub(crate) fn is_global(&self, privilege: &str) -> bool {
        self.lines.iter().any(|line| match line {
            Line::Grant(privileges, Scope::Global) => gives(privileges, privilege),
            Line::Grant(..) | Line::Revoke(..) | Line::Roles | Line::Other => false,
        })
    }

    /// Whether every table of a database may be read, later ones included.
    pub(crate) fn reads_database(&self, database: &str) -> bool {
        let revoked = self.lines.iter().any(|line| match line {
            Line::Revoke(privileges, Scope::Database(name)) => {
                gives(privileges, "SELECT") && self.same(name, database)
            }
            Line::Revoke(..) | Line::Grant(..) | Line::Roles | Line::Other => false,
        });
        let on_database = self.lines.iter().any(|line| match line {
            Line::Grant(privileges, Scope::Database(pattern)) => {
                gives(privileges, "SELECT") && self.matches(pattern, database)
            }
            Line::Grant(..) | Line::Revoke(..) | Line::Roles | Line::Other => false,
        });
        on_database || (self.is_global("SELECT") && !revoked)
    }

    /// How much of a table may be read.
    pub(crate) fn read(&self, table: &TableId) -> Read {
        if self.reads_database(table.database.as_str()) {
            return Read::Whole;
        }
        let mut some_columns = false;
        for line in &self.lines {
            let Line::Grant(privileges, Scope::Table(database, name)) = line else { continue };
            if !self.same(database, table.database.as_str()) || !self.same(name, table.table.as_str()) {
                continue;
            }
            if gives(privileges, "SELECT") {
                return Read::Whole;
            }
            some_columns |= privileges.iter().any(|privilege| privilege.name == "SELECT");
        }
        if some_columns { Read::Columns } else { Read::No }
    }

    fn same(&self, granted: &str, name: &str) -> bool {
        granted == name || (self.fold_case && granted.to_lowercase() == name.to_lowercase())
    }

    fn matches(&self, pattern: &str, name: &str) -> bool {
        if self.partial_revokes {
            return self.same(pattern, name);
        }
        let fold = |text: &str| if self.fold_case { text.to_lowercase() } else { text.to_owned() };
        let pattern: Vec<char> = fold(pattern).chars().collect();
        let name: Vec<char> = fold(name).chars().collect();
        is_like(&pattern, &name)
    }
}

fn gives(privileges: &[Privilege], wanted: &str) -> bool {
    privileges.iter().any(|privilege| {
        let name = privilege.name.as_str();
        privilege.columns.is_empty() && (name == wanted || name == "ALL" || name == "ALL PRIVILEGES")
    })
}

/// MySQL's LIKE over a database name: `_`, `%` and the backslash. Names have at most 64 characters.
fn is_like(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['%', rest @ ..] => {
            (0..=name.len()).any(|skipped| is_like(rest, name.get(skipped..).unwrap_or_default()))
        }
        ['\\', literal, rest @ ..] => {
            name.split_first().is_some_and(|(c, left)| c == literal && is_like(rest, left))
        }
        ['_', rest @ ..] => name.split_first().is_some_and(|(_, left)| is_like(rest, left)),
        [literal, rest @ ..] => {
            name.split_first().is_some_and(|(c, left)| c == literal && is_like(rest, left))
        }
    }
}
