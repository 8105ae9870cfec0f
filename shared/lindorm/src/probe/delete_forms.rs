//! Whether a DELETE takes the hint that limits its time, and whether one DELETE removes several rows.
//!
//! The second is told in the report only: such a DELETE reads before it deletes, and so leaves no mark where no row is.

use migration::capabilities::Measured;
use migration::statement_form::TimeoutHint;

use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::line::is_refusal;
use crate::probe::scratch::{Scratch, TEXT, fresh_key};

/// What became of a statement that should delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Gone,
    Ignored,
    Refused,
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn timeout_hint(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let (hinted, plain) = (fresh_key(), fresh_key());
    scratch.put_before(&[hinted, plain], time).await?;
    if !scratch.exists(hinted).await? || !scratch.exists(plain).await? {
        return Ok(inconclusive("a row just written is not found"));
    }
    let with = became(scratch, &format!("`probe_key` = {hinted}"), TimeoutHint::Given, &[hinted]).await?;
    let without = became(scratch, &format!("`probe_key` = {plain}"), TimeoutHint::Left, &[plain]).await?;
    Ok(judge_hint(with, without))
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
            became_of = became(scratch, &condition, hint, &keys).await?;
        }
    }
    Ok(judge_several(became_of, scratch.exists(beside).await?))
}

async fn became(
    scratch: &Scratch<'_>,
    condition: &str,
    hint: TimeoutHint,
    keys: &[i64],
) -> Result<Became, Failure> {
    match scratch.target.tell(&scratch.delete_where(condition, hint), TEXT).await {
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

fn judge_hint(with: Became, without: Became) -> Measured {
    match (with, without) {
        (Became::Gone, _) => Measured::Yes,
        (Became::Ignored | Became::Refused, Became::Gone) => Measured::No,
        (Became::Ignored | Became::Refused, Became::Ignored | Became::Refused) => {
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
        assert_eq!(judge_hint(Became::Gone, Became::Gone), Measured::Yes);
        assert_eq!(judge_hint(Became::Refused, Became::Gone), Measured::No);
        assert_eq!(judge_hint(Became::Ignored, Became::Gone), Measured::No);
        assert!(matches!(judge_hint(Became::Ignored, Became::Ignored), Measured::Inconclusive { .. }));
    }

    #[test]
    fn only_a_delete_that_removes_exactly_its_rows_is_one_of_several() {
        assert_eq!(judge_several(Became::Gone, true), Measured::Yes);
        assert_eq!(judge_several(Became::Ignored, true), Measured::No);
        assert_eq!(judge_several(Became::Refused, true), Measured::No);
        assert!(matches!(judge_several(Became::Gone, false), Measured::Inconclusive { .. }));
    }
}
