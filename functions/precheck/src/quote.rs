//! Writing names into ready statements and document lines.
//!
//! A finding's remedy is pasted by a person into a shell with rights, so a name is always quoted, whatever it holds.

use migration::ident::TableId;

/// A name between backticks, as MySQL and Lindorm take it.
pub(crate) fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A table with its database.
pub(crate) fn table(table: &TableId) -> String {
    format!("{}.{}", name(table.database.as_str()), name(table.table.as_str()))
}

/// A database in a GRANT, where `_` and `%` are patterns and so are escaped.
pub(crate) fn grant_database(database: &str) -> String {
    name(&database.replace('\\', r"\\").replace('_', r"\_").replace('%', r"\%"))
}

/// A string literal of MySQL.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}

/// The account `user@host`, as `CURRENT_USER()` spells it, for a GRANT.
pub(crate) fn account(account: &str) -> String {
    match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", text(user), text(host)),
        None => text(account),
    }
}

/// Lindorm's statements that give `user` these rights on a database.
pub(crate) fn target_grants(rights: &[&str], database: &str, user: &str) -> Vec<String> {
    rights
        .iter()
        .map(|right| format!("GRANT {right} ON DATABASE {} TO {};", name(database), name(user)))
        .collect()
}

/// A scalar in the YAML of a task document; always between double quotes.
pub(crate) fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str(r"\\"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{account, grant_database, name, yaml};

    #[test]
    fn whatever_a_name_holds_it_stays_one_name() {
        assert_eq!(name("a`b"), "`a``b`");
        assert_eq!(grant_database("my_db%"), r"`my\_db\%`");
        assert_eq!(account("o'neil@%.example.org"), "'o''neil'@'%.example.org'");
        assert_eq!(account("a@b@localhost"), "'a@b'@'localhost'");
        assert_eq!(yaml("say \"a\\b\"\n"), "\"say \\\"a\\\\b\\\"\\u000a\"");
    }
}
