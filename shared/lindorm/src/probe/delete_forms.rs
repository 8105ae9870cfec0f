//! Whether a DELETE follows the hint that limits its time, and whether one DELETE removes several rows.
//!
//! A target may pass over a hint it does not know there, as over any other (`lindorm.md` 11, rule 41), and a DELETE believed
//! to be over would hide a row written after it (protocol H8). So a DELETE that works beside the hint is not enough: one
//! whose hint holds a time outside the documented range must not pass, which shows that the hint is read at all.
//!
//! The second is told in the report only: such a DELETE reads before it deletes, and so leaves no mark where no row is.

use migration::capabilities::Measured;
use migration::statement_form::TimeoutHint;

use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::line::{Line, is_refusal};
use crate::probe::scratch::{Scratch, TEXT, fresh_key};

/// The number of a statement whose time ran out.
const TIME_OVER: u16 = 3024;

/// What became of a statement that should delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Gone,
    Ignored,
    Refused,
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn timeout_hint(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let (hinted, plain, wrong) = (fresh_key(), fresh_key(), fresh_key());
    scratch.put_before(&[hinted, plain, wrong], time).await?;
    for key in [hinted, plain, wrong] {
        if !scratch.exists(key).await? {
            return Ok(inconclusive("a row just written is not found"));
        }
    }
    let with = became(scratch, &scratch.delete_line(hinted, TimeoutHint::Given), &[hinted]).await?;
    let without = became(scratch, &scratch.delete_line(plain, TimeoutHint::Left), &[plain]).await?;
    let wrong = match became(scratch, &scratch.delete_line_without_time(wrong), &[wrong]).await {
        // A time of nothing that is over at once is a time that is read.
        Err(failure) if failure.code == Some(TIME_OVER) => Became::Refused,
        became => became?,
    };
    Ok(judge_hint(with, without, wrong))
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn several_rows(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let (one, other, beside) = (fresh_key(), fresh_key(), fresh_key());
    scratch.put_before(&[one, other, beside], time).await?;
    for key in [one, other, beside] {
        if !scratch.exists(key).await? {
            return Ok(inconclusive("a row just written is not found"));
        }
    }
    let condition = format!("`probe_key` IN ({one}, {other})");
    let (keys, mut became_of) = ([one, other], Became::Refused);
    for hint in [TimeoutHint::Given, TimeoutHint::Left] {
        if became_of == Became::Refused {
            became_of = became(scratch, &scratch.delete_where(&condition, hint), &keys).await?;
        }
    }
    Ok(judge_several(became_of, scratch.exists(beside).await?))
}

async fn became(scratch: &Scratch<'_>, line: &Line, keys: &[i64]) -> Result<Became, Failure> {
    match scratch.target.tell(line, TEXT).await {
        Err(failure) if is_refusal(&failure) => Ok(Became::Refused),
        Err(failure) => Err(failure),
        Ok(()) => {
            for key in keys {
                if scratch.exists(*key).await? {
                    return Ok(Became::Ignored);
                }
            }
            Ok(Became::Gone)
        }
    }
}

/// `wrong` had a hint with a time that no DELETE can have.
fn judge_hint(with: Became, without: Became, wrong: Became) -> Measured {
    match (with, without, wrong) {
        (Became::Gone, _, Became::Refused) => Measured::Yes,
        (Became::Gone, _, Became::Gone | Became::Ignored) => {
            inconclusive("a DELETE takes the hint and was not shown to follow it")
        }
        (Became::Ignored | Became::Refused, Became::Gone, _) => Measured::No,
        (Became::Ignored | Became::Refused, Became::Ignored | Became::Refused, _) => {
            inconclusive("no DELETE removes a row")
        }
    }
}

fn judge_several(became: Became, beside: bool) -> Measured {
    match became {
        Became::Gone if beside => Measured::Yes,
        Became::Gone => inconclusive("a DELETE of two rows removed a third"),
        Became::Ignored | Became::Refused => Measured::No,
    }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::{Became, judge_hint, judge_several};

    #[test]
    fn a_hint_that_keeps_a_delete_from_working_is_not_taken() {
        let judged = |with, without| judge_hint(with, without, Became::Refused);
        assert_eq!(judged(Became::Gone, Became::Gone), Measured::Yes);
        assert_eq!(judged(Became::Refused, Became::Gone), Measured::No);
        assert_eq!(judged(Became::Ignored, Became::Gone), Measured::No);
        assert!(matches!(judged(Became::Ignored, Became::Ignored), Measured::Inconclusive { .. }));
    }

    #[test]
    fn a_hint_that_is_passed_over_limits_no_delete() {
        for wrong in [Became::Gone, Became::Ignored] {
            let judged = judge_hint(Became::Gone, Became::Gone, wrong);
            assert!(matches!(judged, Measured::Inconclusive { .. }));
        }
    }

    #[test]
    fn only_a_delete_that_removes_exactly_its_rows_is_one_of_several() {
        assert_eq!(judge_several(Became::Gone, true), Measured::Yes);
        assert_eq!(judge_several(Became::Ignored, true), Measured::No);
        assert_eq!(judge_several(Became::Refused, true), Measured::No);
        assert!(matches!(judge_several(Became::Gone, false), Measured::Inconclusive { .. }));
    }
}
