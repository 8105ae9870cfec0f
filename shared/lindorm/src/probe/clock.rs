//! Whether the target has a clock that can be read: the stamp of a cell written without one.

use std::time::Duration;

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::moment::now;
use crate::probe::experiment::inconclusive;
use crate::probe::scratch::{Cell, Scratch, TEXT, Written, fresh_key};
use crate::request::Backslashes;

/// 2020-01-01 and 2100-01-01 in milliseconds; seconds and microseconds of our time lie outside.
const PLAUSIBLE_MS: std::ops::Range<i64> = 1_577_836_800_000..4_102_444_800_000;
/// What a clock may run ahead or be set back by between two ticks before the reading is of no use.
const SPREAD: Duration = Duration::from_secs(1);

/// Writes a cell without a stamp and reads it back. Each time another key: a cell keeps the greatest stamp it ever got,
/// which would hide that a clock was set back.
pub(super) async fn tick(scratch: &Scratch<'_>) -> Result<Option<Cell>, Failure> {
    let key = fresh_key();
    scratch.put(&[key], Some(1), None).await?;
    scratch.cell(key).await
}

/// Ticks twice on one connection: another may reach another node, whose clock is another question.
pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let begun = now();
    let (first, second) = (fresh_key(), fresh_key());
    let mut leased = scratch.target.pool().lease(Backslashes::Any).await.map_err(Failure::before_sending)?;
    for key in [first, second] {
        let line = scratch.upsert(&[Written { key, a: Some(1), b: Some(1) }], None);
        line.run(&mut leased.session, TEXT).await?;
    }
    leased.give_back();
    let elapsed = begun.until(now());
    Ok(judge(scratch.cell(first).await?, scratch.cell(second).await?, elapsed))
}

fn judge(first: Option<Cell>, second: Option<Cell>, elapsed: Duration) -> Measured {
    let (Some(first), Some(second)) = (first, second) else {
        return inconclusive("a row just written is not found");
    };
    if (first.value, second.value) != (Some(1), Some(1)) {
        return inconclusive("a cell just written reads back differently");
    }
    let (Some(first), Some(second)) = (first.stamp, second.stamp) else { return Measured::No };
    if !PLAUSIBLE_MS.contains(&first) || !PLAUSIBLE_MS.contains(&second) {
        return inconclusive("the stamp of a cell just written is no time in milliseconds");
    }
    let most = i64::try_from((elapsed + SPREAD).as_millis()).unwrap_or(i64::MAX);
    let least = -i64::try_from(SPREAD.as_millis()).unwrap_or(i64::MAX);
    if second - first < least || second - first > most {
        return inconclusive("the target's clock does not run as this machine's does");
    }
    Measured::Yes
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migration::capabilities::Measured;

    use super::judge;
    use crate::probe::scratch::Cell;

    const AT: i64 = 1_800_000_000_000;

    fn judged(first: Option<i64>, second: Option<i64>) -> Measured {
        let cell = |stamp| Some(Cell { value: Some(1), stamp });
        judge(cell(first), cell(second), Duration::from_millis(100))
    }

    #[test]
    fn a_stamp_that_follows_the_time_is_a_clock() {
        assert_eq!(judged(Some(AT), Some(AT + 90)), Measured::Yes);
        assert_eq!(judged(Some(AT), Some(AT - 200)), Measured::Yes);
    }

    #[test]
    fn a_stamp_that_cannot_be_read_is_none() {
        assert_eq!(judged(None, Some(AT)), Measured::No);
    }

    #[test]
    fn contradictions_are_not_an_answer() {
        for (first, second) in [(AT, AT + 60_000), (AT, AT - 60_000), (AT * 1_000, AT * 1_000), (1, 2)] {
            assert!(matches!(judged(Some(first), Some(second)), Measured::Inconclusive { .. }));
        }
        assert!(matches!(judge(None, None, Duration::ZERO), Measured::Inconclusive { .. }));
    }
}
