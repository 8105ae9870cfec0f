//! The statements, as text: quoting, hints, conditions.
//!
//! Hints are literals, because a parameter inside a hint is not known to work (`lindorm.md` 1.1); every SELECT, UPSERT and
//! DELETE carries its own timeout (protocol H8), except a DELETE on a target that takes none there.
//! Values go in by way of [`Draft`], which binds them or writes them out. Names are always quoted, a backtick inside
//! doubled.

use std::fmt::Write as _;

use migration::ident::{ColumnName, DatabaseName, TableId};
use migration::limits::STATEMENT_TIMEOUT;
use migration::schema::{MARKER_COLUMN, TargetColumn, TargetTable};
use migration::statement_form::{StampForm, TimeoutHint, ValueForm};
use migration::time::UnixMs;
use migration::value::TargetValue;

use crate::request::{Draft, Request};

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

/// How an UPSERT begins and how each of its rows ends; between them stand the rows' values.
pub(crate) struct UpsertFrame {
    pub(crate) head: String,
    pub(crate) row_end: String,
}

/// The frame of an UPSERT of these columns, then of the marker where asked, then of the stamp where a column carries it.
pub(crate) fn upsert<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    marker: bool,
    stamp: Option<(UnixMs, StampForm)>,
) -> UpsertFrame {
    let mut names = listed(columns);
    let (mut hint, mut row_end) = (String::new(), String::new());
    if marker {
        let _ = write!(names, ", {}", quoted(MARKER_COLUMN));
        row_end.push_str(",1");
    }
    match stamp {
        Some((at, StampForm::Hint)) => {
            let _ = write!(hint, "_l_ts_({}), ", at.0);
        }
        Some((at, StampForm::Column)) => {
            // Without backticks, as the only documented examples have it (`lindorm.md` 0.2).
            names.push_str(", _l_ts_");
            let _ = write!(row_end, ",{}", at.0);
        }
        None => {}
    }
    row_end.push(')');
    let (table, timeout) = (table_name(table), timeout_hint());
    let head = format!("UPSERT /*+ {hint}{timeout} */ INTO {table} ({names}) VALUES ");
    UpsertFrame { head, row_end }
}

/// A comparison of a column with a value.
pub(crate) struct Condition<'a> {
    pub(crate) column: &'a str,
    /// `=`, `<` or `>`.
    pub(crate) comparison: &'static str,
    pub(crate) value: &'a TargetValue,
}

/// The conditions that a row has this key.
pub(crate) fn equal<'a>(
    key: impl IntoIterator<Item = &'a ColumnName>,
    values: impl IntoIterator<Item = &'a TargetValue>,
) -> Vec<Condition<'a>> {
    let pairs = key.into_iter().zip(values);
    pairs.map(|(column, value)| Condition { column: column.as_str(), comparison: "=", value }).collect()
}

fn push_where(draft: &mut Draft, conditions: &[Condition<'_>]) {
    for (at, condition) in conditions.iter().enumerate() {
        draft.push(if at == 0 { " WHERE " } else { " AND " });
        draft.push(&format!("{} {} ", quoted(condition.column), condition.comparison));
        draft.value(condition.value);
    }
}

/// A DELETE of one row by all its key columns.
pub(crate) fn delete(
    table: &TableId,
    key: &[Condition<'_>],
    hint: TimeoutHint,
    values: ValueForm,
) -> Request {
    let hint = match hint {
        TimeoutHint::Given => format!(" /*+ {} */", timeout_hint()),
        TimeoutHint::Left => String::new(),
    };
    let mut draft = Draft::new(format!("DELETE{hint} FROM {}", table_name(table)), values);
    push_where(&mut draft, key);
    draft.done()
}

/// A SELECT of one row by all its key columns.
pub(crate) fn point_select<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    key: &[Condition<'_>],
    values: ValueForm,
) -> Request {
    let (columns, table) = (listed(columns), table_name(table));
    let mut draft = Draft::new(format!("SELECT /*+ {} */ {columns} FROM {table}", timeout_hint()), values);
    push_where(&mut draft, key);
    draft.done()
}

/// A SELECT of up to `limit` rows in key order, from the start or behind a bound on the key.
pub(crate) fn page_select<'a>(
    table: &TableId,
    columns: impl IntoIterator<Item = &'a ColumnName>,
    bound: &[Condition<'_>],
    limit: usize,
    values: ValueForm,
) -> Request {
    let (columns, table, timeout) = (listed(columns), table_name(table), timeout_hint());
    let sql = format!("SELECT /*+ {timeout}, _l_allow_filtering_ */ {columns} FROM {table}");
    let mut draft = Draft::new(sql, values);
    push_where(&mut draft, bound);
    draft.push(&format!(" LIMIT {limit}"));
    draft.done()
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

/// ALTER TABLE that adds one column.
pub(crate) fn add_column(table: &TableId, column: &TargetColumn) -> String {
    let (table, name) = (table_name(table), quoted(column.name.as_str()));
    format!("ALTER TABLE {table} ADD COLUMN {name} {}", column.column_type)
}

/// ALTER TABLE that drops one column. Without IF EXISTS, so that the answer tells what was found.
pub(crate) fn drop_column(table: &TableId, column: &ColumnName) -> String {
    format!("ALTER TABLE {} DROP COLUMN {}", table_name(table), quoted(column.as_str()))
}

/// TRUNCATE TABLE.
pub(crate) fn truncate(table: &TableId) -> String {
    format!("TRUNCATE TABLE {}", table_name(table))
}

/// DROP TABLE, without an error where it is not there.
pub(crate) fn drop_table(table: &TableId) -> String {
    format!("DROP TABLE IF EXISTS {}", table_name(table))
}

#[cfg(test)]
mod tests {
    use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
    use migration::schema::{TargetColumn, TargetTable, TargetType};
    use migration::statement_form::{Escaping, StampForm, TimeoutHint, ValueForm};
    use migration::time::UnixMs;
    use migration::value::TargetValue;

    use super::{
        Condition, add_column, create_table, delete, drop_column, equal, page_select, point_select, quoted,
        truncate, upsert,
    };
    use crate::request::Request;

    const LITERAL: ValueForm = ValueForm::Literal { escaping: Escaping::QuotesDoubled };

    fn name(name: &str) -> ColumnName {
        ColumnName::new(name).unwrap()
    }

    fn table() -> TableId {
        let (database, table) = (DatabaseName::new("shop").unwrap(), TableName::new("odd`one").unwrap());
        TableId { database, table }
    }

    fn text(request: Request) -> String {
        match request {
            Request::Prepared { sql, .. } => sql.to_string(),
            Request::Text { sql, .. } => sql,
        }
    }

    #[test]
    fn a_backtick_in_a_name_is_doubled() {
        assert_eq!(quoted("a`b c"), "`a``b c`");
    }

    #[test]
    fn an_upsert_carries_its_timeout_and_stamp_as_literals() {
        let columns = [name("id"), name("v")];
        let frame = upsert(&table(), &columns, true, Some((UnixMs(17), StampForm::Hint)));
        assert_eq!(
            frame.head,
            "UPSERT /*+ _l_ts_(17), _l_operation_timeout_(5000) */ INTO `shop`.`odd``one` (`id`, `v`, `ferry_row`) VALUES "
        );
        assert_eq!(frame.row_end, ",1)");
        let frame = upsert(&table(), &columns, true, Some((UnixMs(17), StampForm::Column)));
        assert_eq!(
            frame.head,
            "UPSERT /*+ _l_operation_timeout_(5000) */ INTO `shop`.`odd``one` (`id`, `v`, `ferry_row`, _l_ts_) VALUES "
        );
        assert_eq!(frame.row_end, ",1,17)");
        let frame = upsert(&table(), &columns, false, None);
        assert_eq!(
            frame.head,
            "UPSERT /*+ _l_operation_timeout_(5000) */ INTO `shop`.`odd``one` (`id`, `v`) VALUES "
        );
        assert_eq!(frame.row_end, ")");
    }

    #[test]
    fn reads_and_deletes_name_every_key_column() {
        let (names, values) =
            ([name("a"), name("b")], [TargetValue::Int(1), TargetValue::Text("it's".to_owned())]);
        let key = || equal(&names, &values);
        assert_eq!(
            text(delete(&table(), &key(), TimeoutHint::Given, ValueForm::Bound)),
            "DELETE /*+ _l_operation_timeout_(5000) */ FROM `shop`.`odd``one` WHERE `a` = ? AND `b` = ?"
        );
        assert_eq!(
            text(delete(&table(), &key(), TimeoutHint::Left, LITERAL)),
            "DELETE FROM `shop`.`odd``one` WHERE `a` = 1 AND `b` = 'it''s'"
        );
        assert_eq!(
            text(point_select(&table(), &[name("v")], &key(), LITERAL)),
            "SELECT /*+ _l_operation_timeout_(5000) */ `v` FROM `shop`.`odd``one` WHERE `a` = 1 AND `b` = 'it''s'"
        );
    }

    #[test]
    fn a_page_may_filter_and_is_limited() {
        let bound = [Condition { column: "a", comparison: ">", value: &TargetValue::Int(3) }];
        assert_eq!(
            text(page_select(&table(), &[name("a")], &bound, 7, LITERAL)),
            "SELECT /*+ _l_operation_timeout_(5000), _l_allow_filtering_ */ `a` FROM `shop`.`odd``one` \
             WHERE `a` > 3 LIMIT 7"
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

    #[test]
    fn a_table_is_altered_one_column_a_statement() {
        let column_type = TargetType::Varchar { chars: None };
        let column = TargetColumn { name: name("a`b"), column_type, key_position: None };
        assert_eq!(add_column(&table(), &column), "ALTER TABLE `shop`.`odd``one` ADD COLUMN `a``b` VARCHAR");
        assert_eq!(drop_column(&table(), &name("v")), "ALTER TABLE `shop`.`odd``one` DROP COLUMN `v`");
        assert_eq!(truncate(&table()), "TRUNCATE TABLE `shop`.`odd``one`");
    }
}
