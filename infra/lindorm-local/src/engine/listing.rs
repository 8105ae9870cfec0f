//! Results that are made whole: SHOW, variables, constants, sorted rows.

use std::borrow::Cow;

use crate::answer::{Answer, Column, ColumnKind, Datum, RowStream, SqlError};

/// Rows that are all there.
#[derive(Debug)]
pub(crate) struct Listing {
    rows: std::vec::IntoIter<Vec<Datum<'static>>>,
}

/// How many rows one batch shows.
const BATCH: usize = 256;

impl Listing {
    pub(crate) fn new(rows: Vec<Vec<Datum<'static>>>) -> Self {
        Self { rows: rows.into_iter() }
    }

    /// An answer of these columns and rows.
    pub(crate) fn answer(columns: Vec<Column>, rows: Vec<Vec<Datum<'static>>>) -> Answer {
        Answer::Rows { columns, rows: Box::new(Self::new(rows)) }
    }

    /// An answer whose columns are all text.
    pub(crate) fn texts(names: &[&str], rows: Vec<Vec<String>>) -> Answer {
        let rows = rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect();
        Self::answer(text_columns(names), rows)
    }
}

/// Columns of text.
pub(crate) fn text_columns(names: &[&str]) -> Vec<Column> {
    let kind = ColumnKind::Varchar { length: None };
    names.iter().map(|name| Column { name: (*name).to_owned(), kind }).collect()
}

/// A text value.
pub(crate) fn text(text: String) -> Datum<'static> {
    Datum::Text(Cow::Owned(text))
}

impl RowStream for Listing {
    fn next_batch(&mut self, each: &mut dyn FnMut(&[Datum<'_>])) -> Result<bool, SqlError> {
        for row in self.rows.by_ref().take(BATCH) {
            each(&row);
        }
        Ok(self.rows.len() > 0)
    }
}
