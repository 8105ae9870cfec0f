//! The statements, as text: quoting, hints and placeholders.
//!
//! Hints are literals, because a parameter inside a hint is not known to work (`lindorm.md` 1.1); every SELECT, UPSERT and
//! DELETE carries its own timeout (protocol H8). Values are always bound, so no statement text ever holds one.
//! Names are always quoted, a backtick inside doubled.

use std::fmt::Write as _;
use std::sync::Arc;

use migration::ident::{ColumnName, DatabaseName, TableId};
use migration::limits::STATEMENT_TIMEOUT;
use migration::schema::{MARKER_COLUMN, TargetTable};
use migration::time::UnixMs;

/// A name between backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A table's full name.
pub(crate) fn table_name(table: &TableId) -> String {
    format!("{}.{}", quoted(table.database.as_str()), quoted(table.table.as_str()))
}

fn listed<'a>(columns: impl IntoIterator<Item = &'a ColumnName>) -> String {
    columns.into_iter().map(|column| quoted(column.as_str())).collect::<Vec<_>>().join(", ")
}

fn timeout_hint() -> String {
    format!("_l_operation_timeout_({})", STATEMENT_TIMEOUT.as_millis())
}

/// An UPSERT of `rows` rows of these columns, then of the marker where asked.
pub(crate) fn upsert<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    marker: bool,
    stamp: Option<UnixMs>,
    rows: usize,
) -> Arc<str> {
    let columns: Vec<&ColumnName> = columns.into_iter().collect();
    let mut values = vec!["?"; columns.len()];
    let mut names = listed(columns);
    if marker {
        values.push("1");
        let _ = write!(names, ", {}", quoted(MARKER_COLUMN));
    }
    let stamp = stamp.map(|at| format!("_l_ts_({}), ", at.0)).unwrap_or_default();
    let row = format!("({})", values.join(","));
    let rows = vec![row.as_str(); rows].join(",");
    let (table, timeout) = (table_name(table), timeout_hint());
    format!("UPSERT /*+ {stamp}{timeout} */ INTO {table} ({names}) VALUES {rows}").into()
}

/// Whether a DELETE says how long it may take; older engines do not take the hint there (`lindorm.md` 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeoutHint {
    Given,
    Left,
}

/// A DELETE of one row by all its key columns.
pub(crate) fn delete<'a>(
    table: &TableId,
    key: impl IntoIterator<Item = &'a ColumnName>,
    hint: TimeoutHint,
) -> Arc<str> {
    let hint = match hint {
        TimeoutHint::Given => format!(" /*+ {} */", timeout_hint()),
        TimeoutHint::Left => String::new(),
    };
    format!("DELETE{hint} FROM {} WHERE {}", table_name(table), equal(key)).into()
}

/// A SELECT of one row by all its key columns.
pub(crate) fn point_select<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    key: impl IntoIterator<Item = &'a ColumnName>,
) -> Arc<str> {
    let (columns, table, key) = (listed(columns), table_name(table), equal(key));
    format!("SELECT /*+ {} */ {columns} FROM {table} WHERE {key}", timeout_hint()).into()
}

/// A SELECT of up to `limit` rows in key order, from the start or behind a bound on the key.
pub(crate) fn page_select<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    bound: Option<&str>,
    limit: usize,
) -> Arc<str> {
    let bound = bound.map(|bound| format!(" WHERE {bound}")).unwrap_or_default();
    let (columns, table, timeout) = (listed(columns), table_name(table), timeout_hint());
    let hints = format!("{timeout}, _l_allow_filtering_");
    format!("SELECT /*+ {hints} */ {columns} FROM {table}{bound} LIMIT {limit}").into()
}

fn equal<'a>(key: impl IntoIterator<Item = &'a ColumnName>) -> String {
    let equal = key.into_iter().map(|column| format!("{} = ?", quoted(column.as_str())));
    equal.collect::<Vec<_>>().join(" AND ")
}

/// CREATE DATABASE.
pub(crate) fn create_database(database: &DatabaseName) -> String {
    format!("CREATE DATABASE {}", quoted(database.as_str()))
}

/// CREATE TABLE, a column a line, attributes in order of their names.
pub(crate) fn create_table(table: &TargetTable) -> String {
    let mut sql = format!("CREATE TABLE {} (\n", table_name(&table.id));
    for column in &table.columns {
        let not_null = if column.key_position.is_some() { " NOT NULL" } else { "" };
        let _ = writeln!(sql, "  {} {}{not_null},", quoted(column.name.as_str()), column.column_type);
    }
    let _ = write!(sql, "  PRIMARY KEY ({})\n)", listed(table.key().into_iter().map(|column| &column.name)));
    if !table.attributes.is_empty() {
        let attributes = table.attributes.iter();
        let attributes = attributes.map(|(name, value)| format!("{name} = '{}'", value.replace('\'', "''")));
        let _ = write!(sql, " WITH ({})", attributes.collect::<Vec<_>>().join(", "));
    }
    sql
}

/// DROP TABLE, without an error where it is not there.
pub(crate) fn drop_table(table: &TableId) -> String {
    format!("DROP TABLE IF EXISTS {}", table_name(table))
}

#[cfg(test)]
mod tests {
    use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
    use migration::schema::{TargetColumn, TargetTable, TargetType};
    use migration::time::UnixMs;

    use super::{TimeoutHint, create_table, delete, page_select, point_select, quoted, upsert};

    fn name(name: &str) -> ColumnName {
        ColumnName::new(name).unwrap()
    }

    fn table() -> TableId {
        let (database, table) = (DatabaseName::new("shop").unwrap(), TableName::new("odd`one").unwrap());
        TableId { database, table }
    }

    #[test]
    fn a_backtick_in_a_name_is_doubled() {
        assert_eq!(quoted("a`b c"), "`a``b c`");
    }

    #[test]
    fn an_upsert_carries_its_stamp_and_timeout_as_literals_and_its_values_as_parameters() {
        let columns = [name("id"), name("v")];
        assert_eq!(
            &*upsert(&table(), &columns, true, Some(UnixMs(17)), 2),
            "UPSERT /*+ _l_ts_(17), _l_operation_timeout_(5000) */ INTO `shop`.`odd``one` (`id`, `v`, `ferry_row`) \
             VALUES (?,?,1),(?,?,1)"
        );
        assert_eq!(
            &*upsert(&table(), &columns, false, None, 1),
            "UPSERT /*+ _l_operation_timeout_(5000) */ INTO `shop`.`odd``one` (`id`, `v`) VALUES (?,?)"
        );
    }

    #[test]
    fn reads_and_deletes_name_every_key_column() {
        let key = [name("a"), name("b")];
        assert_eq!(
            &*delete(&table(), &key, TimeoutHint::Given),
            "DELETE /*+ _l_operation_timeout_(5000) */ FROM `shop`.`odd``one` WHERE `a` = ? AND `b` = ?"
        );
        assert_eq!(
            &*delete(&table(), &key, TimeoutHint::Left),
            "DELETE FROM `shop`.`odd``one` WHERE `a` = ? AND `b` = ?"
        );
        assert_eq!(
            &*point_select(&table(), &[name("v")], &key),
            "SELECT /*+ _l_operation_timeout_(5000) */ `v` FROM `shop`.`odd``one` WHERE `a` = ? AND `b` = ?"
        );
    }

    #[test]
    fn a_page_may_filter_and_is_limited() {
        assert_eq!(
            &*page_select(&table(), &[name("a")], Some("`a` > ?"), 7),
            "SELECT /*+ _l_operation_timeout_(5000), _l_allow_filtering_ */ `a` FROM `shop`.`odd``one` \
             WHERE `a` > ? LIMIT 7"
        );
    }

    #[test]
    fn a_table_is_written_a_column_a_line_with_its_key_inside_the_parentheses() {
        let column = |column, column_type, key_position| TargetColumn {
            name: name(column),
            column_type,
            key_position,
        };
        let table = TargetTable {
            id: table(),
            columns: vec![
                column("a", TargetType::BigInt, Some(0)),
                column("b", TargetType::Varbinary, Some(1)),
                column("price", TargetType::Decimal { precision_scale: Some((10, 2)) }, None),
            ],
            indexes: Vec::new(),
            attributes: [("VERSIONS".to_owned(), "1".to_owned())].into(),
        };
        assert_eq!(
            create_table(&table),
            "CREATE TABLE `shop`.`odd``one` (\n  `a` BIGINT NOT NULL,\n  `b` VARBINARY NOT NULL,\n  \
             `price` DECIMAL(10,2),\n  PRIMARY KEY (`a`, `b`)\n) WITH (VERSIONS = '1')"
        );
    }
}
