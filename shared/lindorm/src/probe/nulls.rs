//! What writing NULL does: whether it is taken, removes the cell that is there, and hides what arrives later.
//!
//! Stamps are a minute apart where rows can be stamped, and writes are apart in time where they cannot, so nothing rests on
//! equal stamps. Column `b` keeps every row in existence, and shows that the row was written at all.

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::line::is_refusal;
use crate::probe::scratch::{MINUTE_MS, Scratch, Written, fresh_key};

/// A row as an ordinary read finds it.
type Found = Option<(Option<i64>, Option<i64>)>;

fn null_in_a(key: i64) -> Written {
    Written { key, a: None, b: Some(7) }
}

pub(super) async fn taken(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let (control, key) = (fresh_key(), fresh_key());
    scratch.put_rows(&[Written { key: control, a: Some(1), b: Some(7) }], None).await?;
    match scratch.put_rows(&[null_in_a(key)], None).await {
        Err(failure) if is_refusal(&failure) => return Ok(Measured::No),
        Err(failure) => return Err(failure),
        Ok(()) => {}
    }
    Ok(judge_taken(scratch.row(control).await?, scratch.row(key).await?))
}

fn judge_taken(control: Found, null: Found) -> Measured {
    match (control, null) {
        (Some((Some(1), Some(7))), Some((None, Some(7)))) => Measured::Yes,
        (Some((Some(1), Some(7))), Some(_)) => inconclusive("a NULL just written reads back as a value"),
        (Some(_) | None, Some(_) | None) => inconclusive("a row just written is not found"),
    }
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn removes(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let mut keys = vec![fresh_key()];
    if let Some(time) = time {
        let stamped = fresh_key();
        scratch.put_before(&[stamped], Some(time)).await?;
        scratch.put_rows(&[null_in_a(stamped)], Some(time)).await?;
        keys.push(stamped);
    }
    let plain = &keys[..1];
    scratch.put_before(plain, time).await?;
    for key in plain {
        scratch.put_rows(&[null_in_a(*key)], None).await?;
    }
    judged(scratch, &keys).await
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn hides(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let Some(time) = time else { return Ok(inconclusive("no row can be stamped")) };
    let (plain, stamped, removed) = (fresh_key(), fresh_key(), fresh_key());
    let two_below = time - 2 * MINUTE_MS;
    scratch.put(&[removed], Some(1), Some(two_below)).await?;
    scratch.put_rows(&[null_in_a(plain)], None).await?;
    scratch.put_rows(&[null_in_a(stamped), null_in_a(removed)], Some(time)).await?;
    let late = [plain, stamped, removed].map(|key| Written { key, a: Some(2), b: Some(2) });
    scratch.put_rows(&late, Some(time - MINUTE_MS)).await?;
    judged(scratch, &[plain, stamped, removed]).await
}

async fn judged(scratch: &Scratch<'_>, keys: &[i64]) -> Result<Measured, Failure> {
    let mut found = Vec::new();
    for key in keys {
        found.push(scratch.row(*key).await?);
    }
    Ok(judge(&found))
}

/// Column `a` holds a value that the NULL should have made invisible, or nothing.
fn judge(found: &[Found]) -> Measured {
    if !found.iter().all(|row| matches!(row, Some((_, Some(7))))) {
        return inconclusive("a row just written is not found");
    }
    // What is said of every NULL is denied by one.
    if found.iter().all(|row| matches!(row, Some((None, _)))) { Measured::Yes } else { Measured::No }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::{judge, judge_taken};

    #[test]
    fn a_null_is_taken_where_its_row_reads_back_with_it() {
        let control = Some((Some(1), Some(7)));
        assert_eq!(judge_taken(control, Some((None, Some(7)))), Measured::Yes);
        for (control, null) in [(control, None), (control, Some((Some(0), Some(7)))), (None, None)] {
            assert!(matches!(judge_taken(control, null), Measured::Inconclusive { .. }));
        }
    }

    #[test]
    fn one_value_that_is_read_denies_it_and_a_missing_row_says_nothing() {
        let (gone, there) = (Some((None, Some(7))), Some((Some(2), Some(7))));
        assert_eq!(judge(&[gone, gone]), Measured::Yes);
        assert_eq!(judge(&[gone, there]), Measured::No);
        assert!(matches!(judge(&[None, gone]), Measured::Inconclusive { .. }));
        assert!(matches!(judge(&[Some((None, Some(2)))]), Measured::Inconclusive { .. }));
    }
}
