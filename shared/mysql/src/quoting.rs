//! Names as MySQL reads them in a statement.
//!
//! Backticks work in every SQL mode. Values are never quoted here: they are bound.

use migration::ident::TableId;

/// A quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A table with its database.
pub(crate) fn quoted_table(table: &TableId) -> String {
    format!("{}.{}", quoted(table.database.as_str()), quoted(table.table.as_str()))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_backtick_in_a_name_is_doubled() {
        assert_eq!(quoted("odd `name`"), "`odd ``name```");
    }
}
