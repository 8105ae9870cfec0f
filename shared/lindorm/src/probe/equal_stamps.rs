//! Which of two cells with one stamp is read. Nothing rests on it, but it tells what kind of store this is.
//!
//! Writing 1 and then 2, and 2 and then 1, tells the four rules apart; each order is tried on two keys.

use migration::capabilities::EqualStamps;

use crate::failure::Failure;
use crate::probe::scratch::{Cell, MINUTE_MS, Scratch, fresh_key};

/// `time` is the target's, where rows can be stamped.
pub(super) async fn measure(scratch: &Scratch<'_>, time: Option<i64>) -> Result<EqualStamps, Failure> {
    let Some(time) = time else { return Ok(inconclusive("no row can be stamped")) };
    let stamp = time - MINUTE_MS;
    let (mut rising, mut falling) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        for (first, second, read) in [(1, 2, &mut rising), (2, 1, &mut falling)] {
            let key = fresh_key();
            scratch.put(&[key], Some(first), Some(stamp)).await?;
            scratch.put(&[key], Some(second), Some(stamp)).await?;
            read.push(scratch.cell(key).await?.filter(|cell| cell.stamp == Some(stamp)));
        }
    }
    Ok(judge(&rising, &falling))
}

pub(super) fn inconclusive(why: &str) -> EqualStamps {
    EqualStamps::Inconclusive { why: why.to_owned() }
}

fn judge(rising: &[Option<Cell>], falling: &[Option<Cell>]) -> EqualStamps {
    let only = |cells: &[Option<Cell>]| {
        let mut values = cells.iter().map(|cell| cell.and_then(|cell| cell.value));
        let first = values.next().flatten()?;
        values.all(|value| value == Some(first)).then_some(first)
    };
    match (only(rising), only(falling)) {
        (Some(2), Some(1)) => EqualStamps::LaterWins,
        (Some(1), Some(2)) => EqualStamps::FirstWins,
        (Some(2), Some(2)) => EqualStamps::GreaterWins,
        (Some(1), Some(1)) => EqualStamps::LesserWins,
        _ => inconclusive("several tries had several results"),
    }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::EqualStamps;

    use super::judge;
    use crate::probe::scratch::Cell;

    fn judged(rising: [i64; 2], falling: [i64; 2]) -> EqualStamps {
        let cells = |values: [i64; 2]| values.map(|value| Some(Cell { value: Some(value), stamp: Some(5) }));
        judge(&cells(rising), &cells(falling))
    }

    #[test]
    fn both_orders_together_tell_the_rule() {
        assert_eq!(judged([2, 2], [1, 1]), EqualStamps::LaterWins);
        assert_eq!(judged([1, 1], [2, 2]), EqualStamps::FirstWins);
        assert_eq!(judged([2, 2], [2, 2]), EqualStamps::GreaterWins);
        assert_eq!(judged([1, 1], [1, 1]), EqualStamps::LesserWins);
    }

    #[test]
    fn tries_that_differ_tell_nothing() {
        assert!(matches!(judged([2, 1], [1, 1]), EqualStamps::Inconclusive { .. }));
        assert!(matches!(judge(&[None, None], &[None, None]), EqualStamps::Inconclusive { .. }));
    }
}
