//! Whether hints work in prepared statements, where reading as well as where writing.
//!
//! An early edition of the documentation says they do not (`lindorm.md` 1.1). The same statement is sent as a text and
//! prepared, without parameters, so that nothing else can make a difference.

use migration::capabilities::Measured;
use migration::statement_form::{StampForm, ValueForm};

use crate::failure::Failure;
use crate::probe::experiment::{answer, inconclusive};
use crate::probe::line::{Line, is_refusal};
use crate::probe::scratch::{Cell, MINUTE_MS, Scratch, TEXT, Written, fresh_key, read_cell};
use crate::request::Request;

/// The same done by a text and prepared.
#[derive(Debug, Clone, Copy)]
struct Both<T> {
    text: T,
    prepared: T,
}

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let scratch = &scratch.with(TEXT, StampForm::Hint);
    let key = fresh_key();
    scratch.put(&[key], Some(1), None).await?;
    let text = scratch.cell(key).await?;
    let Some(Cell { value: Some(1), stamp: Some(time) }) = text else {
        return Ok(inconclusive("a hint for reading stamps shows none in a text either"));
    };
    let select = Request::Prepared { sql: scratch.cell_select(key).into(), values: Vec::new() };
    let prepared = match scratch.target.read(&select).await {
        Ok(rows) => read_cell(&rows),
        Err(failure) if is_refusal(&failure) => {
            tracing::info!(answer = answer(&failure), "the target refuses a hint in a prepared statement");
            return Ok(Measured::No);
        }
        Err(failure) => return Err(failure),
    };
    let below = time - MINUTE_MS;
    let (by_text, by_prepared) = (fresh_key(), fresh_key());
    for (key, form) in [(by_text, TEXT), (by_prepared, ValueForm::Bound)] {
        let line = scratch.upsert(&[Written { key, a: Some(1), b: Some(1) }], Some(below));
        let line = Line { sql: line.text(), values: Vec::new(), timeout: line.timeout };
        match scratch.target.tell(&line, form).await {
            Ok(()) => {}
            Err(failure) if is_refusal(&failure) && key == by_prepared => return Ok(Measured::No),
            // A stamp that a text may not carry is another question.
            Err(failure) if is_refusal(&failure) => {
                let nothing = Both { text: None, prepared: None };
                return Ok(judge(Both { text, prepared }, nothing, below));
            }
            Err(failure) => return Err(failure),
        }
    }
    let written = Both { text: scratch.cell(by_text).await?, prepared: scratch.cell(by_prepared).await? };
    Ok(judge(Both { text, prepared }, written, below))
}

/// Judges a cell read both ways, and two cells written with the stamp `below`.
fn judge(read: Both<Option<Cell>>, written: Both<Option<Cell>>, below: i64) -> Measured {
    let is_stamped = |cell: Option<Cell>| cell.is_some_and(|cell| cell.stamp == Some(below));
    if read.prepared != read.text {
        return match read.prepared {
            Some(Cell { value: Some(1), stamp: None }) => Measured::No,
            _ => inconclusive("a prepared statement reads another cell than a text"),
        };
    }
    if is_stamped(written.text) && !is_stamped(written.prepared) { Measured::No } else { Measured::Yes }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::{Both, judge};
    use crate::probe::scratch::Cell;

    fn judged(read: Option<i64>, text: Option<i64>, prepared: Option<i64>) -> Measured {
        let cell = |stamp| Some(Cell { value: Some(1), stamp });
        let read = Both { text: cell(Some(9)), prepared: cell(read) };
        judge(read, Both { text: cell(text), prepared: cell(prepared) }, 5)
    }

    #[test]
    fn a_hint_that_works_in_a_text_must_work_prepared() {
        assert_eq!(judged(Some(9), Some(5), Some(5)), Measured::Yes);
        assert_eq!(judged(None, Some(5), Some(5)), Measured::No);
        assert_eq!(judged(Some(9), Some(5), Some(8)), Measured::No);
        assert!(matches!(judged(Some(8), Some(5), Some(5)), Measured::Inconclusive { .. }));
    }

    #[test]
    fn stamps_that_a_text_cannot_give_say_nothing_of_prepared_statements() {
        assert_eq!(judged(Some(9), Some(8), Some(8)), Measured::Yes);
        assert_eq!(judged(None, Some(8), Some(8)), Measured::No);
    }
}
