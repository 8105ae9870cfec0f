//! Whether a cell carries the stamp it was written with, and the greatest stamp wins whatever the order.
//!
//! This is what keeps a copied row from overwriting a change (design section 4), so it is measured in the forms that occur:
//! stamp against stamp, stamp against the target's own time, from below and from above, several rows in a statement.

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::probe::clock::tick;
use crate::probe::experiment::inconclusive;
use crate::probe::scratch::{Cell, MINUTE_MS, Scratch, Written, fresh_key};

/// `rows` is how many rows a statement takes.
pub(super) async fn measure(scratch: &Scratch<'_>, rows: Option<u32>) -> Result<Measured, Failure> {
    let Some(time) = tick(scratch).await?.and_then(|cell| cell.stamp) else {
        return Ok(inconclusive("the target's clock could not be read"));
    };
    let mut found = Vec::new();
    let mut expect = |read: Option<Cell>, value: i64, stamp: i64| {
        found.push((read, Cell { value: Some(value), stamp: Some(stamp) }));
    };
    let (key, beside) = (fresh_key(), fresh_key());
    if rows.is_some_and(|rows| rows > 1) {
        let rows = [key, beside].map(|key| Written { key, a: Some(1), b: Some(1) });
        scratch.target.tell(&scratch.upsert(&rows, Some(time)), scratch.values).await?;
    } else {
        scratch.put(&[key, beside], Some(1), Some(time)).await?;
    }
    expect(scratch.cell(key).await?, 1, time);
    expect(scratch.cell(beside).await?, 1, time);
    scratch.put(&[key], Some(2), Some(time - MINUTE_MS)).await?;
    expect(scratch.cell(key).await?, 1, time);
    scratch.put(&[key], Some(3), Some(time + MINUTE_MS)).await?;
    expect(scratch.cell(key).await?, 3, time + MINUTE_MS);
    scratch.put(&[key], Some(4), None).await?;
    expect(scratch.cell(key).await?, 3, time + MINUTE_MS);

    let key = fresh_key();
    scratch.put(&[key], Some(1), None).await?;
    let Some(own) = scratch.cell(key).await?.and_then(|cell| cell.stamp) else {
        return Ok(inconclusive("the target's clock could not be read"));
    };
    scratch.put(&[key], Some(2), Some(own - MINUTE_MS)).await?;
    expect(scratch.cell(key).await?, 1, own);
    scratch.put(&[key], Some(3), Some(own + MINUTE_MS)).await?;
    expect(scratch.cell(key).await?, 3, own + MINUTE_MS);
    Ok(judge(&found))
}

fn judge(found: &[(Option<Cell>, Cell)]) -> Measured {
    if found.iter().any(|(read, _)| read.is_none()) {
        return inconclusive("a row just written is not found");
    }
    let kept = found.iter().all(|(read, expected)| read.as_ref() == Some(expected));
    if kept { Measured::Yes } else { Measured::No }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::judge;
    use crate::probe::scratch::Cell;

    #[test]
    fn one_cell_that_differs_denies_the_stamp_and_a_missing_row_says_nothing() {
        let cell = |value, stamp| Cell { value: Some(value), stamp: Some(stamp) };
        assert_eq!(judge(&[(Some(cell(1, 5)), cell(1, 5))]), Measured::Yes);
        assert_eq!(judge(&[(Some(cell(1, 5)), cell(1, 5)), (Some(cell(2, 5)), cell(1, 5))]), Measured::No);
        assert_eq!(judge(&[(Some(cell(1, 6)), cell(1, 5))]), Measured::No);
        assert!(matches!(judge(&[(None, cell(1, 5))]), Measured::Inconclusive { .. }));
    }
}
