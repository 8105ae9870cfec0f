//! The statements that write rows of one table, in the form the target was found to take.
//!
//! The sink and the probe write through this, so what the probe measured is what the sink does.
//!
//! Few texts: with bound values a table, stamp and number of rows have one text, which is made once and stays prepared.
//! Where NULLs are left out, every set of columns that are not NULL has its own text; only that of rows without any NULL
//! is kept here, and a session closes the least used of its statements, so neither side's store grows with the patterns.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use migration::ident::{ColumnName, TableId};
use migration::limits::STATEMENT_TIMEOUT;
use migration::statement_form::{NullForm, StatementForm, ValueForm};
use migration::time::UnixMs;
use migration::value::{Refusal, TargetRow, TargetValue};

use crate::bind::bind_rows;
use crate::cut::row_bytes;
use crate::failure::Failure;
use crate::request::{Draft, Request};
use crate::send::{Size, Window};
use crate::statement::{UpsertFrame, upsert};
use crate::target::Target;

/// What the statements of one batch have in common.
pub(crate) struct Upsert<'a> {
    pub(crate) table: &'a TableId,
    /// In the order of the rows' values.
    pub(crate) columns: Vec<&'a ColumnName>,
    /// How many of them, the first ones, are the key.
    pub(crate) key: usize,
    /// Whether the marker is written with every row.
    pub(crate) marker: bool,
    pub(crate) stamp: Option<UnixMs>,
    pub(crate) form: StatementForm,
    /// When every statement must have taken effect or timed out.
    pub(crate) settled_by: UnixMs,
    pub(crate) texts: Texts,
}

/// Prepared texts of rows whose columns are all named, by number of rows.
#[derive(Default)]
pub(crate) struct Texts(Mutex<BTreeMap<usize, Arc<str>>>);

impl Target {
    /// Writes these rows in one statement, sent until it is acknowledged, refused, or its time is over. Where NULLs are
    /// left out, all rows have theirs in the same columns.
    pub(crate) async fn upsert(
        &self,
        upsert: &Upsert<'_>,
        rows: &[TargetRow],
        size: Size,
    ) -> Result<(), Failure> {
        let bytes = rows.iter().map(|row| row_bytes(row)).sum();
        self.send(|| upsert.request(rows), bytes, upsert.window(), size).await
    }
}

impl Upsert<'_> {
    /// Why no statement can write this row: it would name no column outside the key.
    pub(crate) fn unwritable(&self, row: &[TargetValue]) -> Option<Refusal> {
        let empty = || row.iter().skip(self.key).all(|value| *value == TargetValue::Null);
        match self.form.nulls {
            NullForm::Written => None,
            NullForm::LeftOut => (!self.marker && empty()).then_some(Refusal::OnlyNulls),
        }
    }

    /// Until when a statement may be sent.
    pub(crate) fn window(&self) -> Window {
        Window { settled_by: self.settled_by, stamped: self.stamp.is_some(), timeout: STATEMENT_TIMEOUT }
    }

    fn request(&self, rows: &[TargetRow]) -> Request {
        let named = self.named(rows);
        let is_whole = named.len() == self.columns.len();
        match self.form.values {
            ValueForm::Bound if is_whole => {
                Request::Prepared { sql: self.text(rows.len()), values: bind_rows(rows, self.columns.len()) }
            }
            ValueForm::Bound | ValueForm::Literal { .. } => self.drafted(rows, &named),
        }
    }

    /// The places of the columns these rows' statement names.
    fn named(&self, rows: &[TargetRow]) -> Vec<usize> {
        let all = 0..self.columns.len();
        match (self.form.nulls, rows.first()) {
            (NullForm::Written, _) | (NullForm::LeftOut, None) => all.collect(),
            (NullForm::LeftOut, Some(row)) => {
                all.filter(|at| row.get(*at).is_some_and(|value| *value != TargetValue::Null)).collect()
            }
        }
    }

    fn frame(&self, named: &[usize]) -> UpsertFrame {
        let columns = named.iter().filter_map(|at| self.columns.get(*at).copied());
        upsert(self.table, columns, self.marker, self.stamp.map(|at| (at, self.form.stamp)))
    }

    fn text(&self, rows: usize) -> Arc<str> {
        let mut texts = self.texts.0.lock().expect("invariant: no panic while holding the lock");
        let make = || {
            let UpsertFrame { head, row_end } = self.frame(&(0..self.columns.len()).collect::<Vec<_>>());
            let row = format!("({}{row_end}", vec!["?"; self.columns.len()].join(","));
            format!("{head}{}", vec![row.as_str(); rows].join(",")).into()
        };
        Arc::clone(texts.entry(rows).or_insert_with(make))
    }

    fn drafted(&self, rows: &[TargetRow], named: &[usize]) -> Request {
        let UpsertFrame { head, row_end } = self.frame(named);
        let mut draft = Draft::new(head, self.form.values);
        for (number, row) in rows.iter().enumerate() {
            draft.push(if number == 0 { "(" } else { ",(" });
            for (at, value) in named.iter().filter_map(|at| row.get(*at)).enumerate() {
                draft.push(if at == 0 { "" } else { "," });
                draft.value(value);
            }
            draft.push(&row_end);
        }
        draft.done()
    }
}

#[cfg(test)]
mod tests {
    use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
    use migration::statement_form::{Escaping, NullForm, StampForm, StatementForm, ValueForm};
    use migration::time::UnixMs;
    use migration::value::{Refusal, TargetRow, TargetValue};

    use super::{Texts, Upsert};
    use crate::request::Request;

    /// The text and number of parameters of the statement that writes these rows.
    fn written(form: StatementForm, marker: bool, rows: &[TargetRow]) -> (String, usize) {
        let (database, table) = (DatabaseName::new("shop").unwrap(), TableName::new("t").unwrap());
        let names = ["id", "a", "b"].map(|name| ColumnName::new(name).unwrap());
        let upsert = Upsert {
            table: &TableId { database, table },
            columns: names.iter().collect(),
            key: 1,
            marker,
            stamp: Some(UnixMs(17)),
            form,
            settled_by: UnixMs(0),
            texts: Texts::default(),
        };
        match upsert.request(rows) {
            Request::Prepared { sql, values } => (sql.to_string(), values.len()),
            Request::Text { sql, .. } => (sql, 0),
        }
    }

    fn row(id: i64, a: Option<&str>, b: Option<i64>) -> TargetRow {
        let a = a.map_or(TargetValue::Null, |text| TargetValue::Text(text.to_owned()));
        vec![TargetValue::Int(id), a, b.map_or(TargetValue::Null, TargetValue::Int)]
    }

    #[test]
    fn every_form_writes_the_same_rows_in_its_own_words() {
        let rows = [row(1, Some("it's"), None), row(2, Some("x"), None)];
        let documented = StatementForm::documented();
        let literal = ValueForm::Literal { escaping: Escaping::QuotesDoubled };
        let head = "UPSERT /*+ _l_ts_(17), _l_operation_timeout_(5000) */ INTO `shop`.`t`";
        assert_eq!(
            written(documented, true, &rows),
            (format!("{head} (`id`, `a`, `b`, `ferry_row`) VALUES (?,?,?,1),(?,?,?,1)"), 6)
        );
        assert_eq!(
            written(StatementForm { values: literal, ..documented }, true, &rows),
            (format!("{head} (`id`, `a`, `b`, `ferry_row`) VALUES (1,'it''s',NULL,1),(2,'x',NULL,1)"), 0)
        );
        assert_eq!(
            written(StatementForm { nulls: NullForm::LeftOut, ..documented }, false, &rows),
            (format!("{head} (`id`, `a`) VALUES (?,?),(?,?)"), 4)
        );
        let head = "UPSERT /*+ _l_operation_timeout_(5000) */ INTO `shop`.`t`";
        let column = StatementForm { stamp: StampForm::Column, ..documented };
        assert_eq!(
            written(column, true, &rows[..1]),
            (format!("{head} (`id`, `a`, `b`, `ferry_row`, _l_ts_) VALUES (?,?,?,1,17)"), 3)
        );
        assert_eq!(
            written(StatementForm { values: literal, nulls: NullForm::LeftOut, ..column }, false, &rows),
            (format!("{head} (`id`, `a`, _l_ts_) VALUES (1,'it''s',17),(2,'x',17)"), 0)
        );
    }

    #[test]
    fn a_row_of_only_nulls_needs_a_null_or_a_marker() {
        let refused = |nulls, marker, row: &TargetRow| {
            let (database, table) = (DatabaseName::new("shop").unwrap(), TableName::new("t").unwrap());
            let upsert = Upsert {
                table: &TableId { database, table },
                columns: Vec::new(),
                key: 1,
                marker,
                stamp: None,
                form: StatementForm { nulls, ..StatementForm::documented() },
                settled_by: UnixMs(0),
                texts: Texts::default(),
            };
            upsert.unwritable(row)
        };
        let (empty, full) = (row(1, None, None), row(1, None, Some(0)));
        assert_eq!(refused(NullForm::LeftOut, false, &empty), Some(Refusal::OnlyNulls));
        assert_eq!(refused(NullForm::LeftOut, true, &empty), None);
        assert_eq!(refused(NullForm::LeftOut, false, &full), None);
        assert_eq!(refused(NullForm::Written, false, &empty), None);
    }
}
