//! How far apart the clocks of the target's nodes are, over several connections.
//!
//! 1. The address is a load balancer, so connections held open at once may reach several nodes, and each statement's cell
//!    is stamped by one of them.
//! 2. A stamp was taken between the sending of its statement and the answer. Against this machine's clock in the middle
//!    it is off by the node's difference, give or take half the way there and back.
//! 3. The greatest such difference with its half way added, less the least with its half way taken off, is not below what
//!    the stamping nodes really differed by while this machine's clock ran evenly.
//! 4. A slow answer says little, so of each connection the quicker half of its statements counts.
//!
//! A stamp below an earlier one of the same connection is a clock that stepped back. What a margin for clocks that differ
//! covers, it covers of a step as well (design section 4), so all stamps of that connection count into the figure, the slow
//! ones too. Beyond the margin there is no clock to rely on.
//! Nodes that stamped none of these cells stay unseen, so the figure is a hint and no bound.

use std::time::Duration;

use futures_util::future::try_join_all;
use migration::time::UnixMs;

use crate::failure::Failure;
use crate::moment::now;
use crate::probe::line::is_free_to_repeat;
use crate::probe::scratch::{Scratch, TEXT, Written, fresh_key};
use crate::session::Session;

const CONNECTIONS: usize = 4;
/// On each connection.
const TICKS: usize = 4;

/// A step back that no margin covers: the margin is 2 s unless a task says otherwise, and a shorter one is held against the
/// figure.
const MARGIN_MS: i64 = 2_000;

/// A stamp and this machine's time before and after it was taken.
#[derive(Debug, Clone, Copy)]
struct Tick {
    sent: UnixMs,
    answered: UnixMs,
    stamp: i64,
}

/// What the ticks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spread {
    /// The most the clocks may differ; none where it cannot be told.
    pub(super) spread: Option<Duration>,
    /// Whether a connection saw the time step back by more than the margin.
    pub(super) steps_back: bool,
}

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Spread, Failure> {
    let mut sessions: Vec<Session> = Vec::new();
    for _ in 0..CONNECTIONS {
        // Where the target allows no further connections there is less to compare, which is no fault.
        sessions.extend(scratch.target.pool().open_bare().await);
    }
    let mut written = Vec::new();
    for _ in 0..TICKS {
        for (at, session) in sessions.iter_mut().enumerate() {
            let key = fresh_key();
            let line = scratch.upsert(&[Written { key, a: Some(1), b: Some(1) }], None);
            let sent = now();
            match line.run(session, TEXT).await {
                Ok(()) => written.push((at, key, sent, now())),
                // One tick less.
                Err(failure) if is_free_to_repeat(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    let cells = try_join_all(written.iter().map(|(_, key, _, _)| scratch.cell(*key))).await?;
    let mut ticks = vec![Vec::new(); sessions.len()];
    for ((at, _, sent, answered), cell) in written.into_iter().zip(cells) {
        // A stamp that cannot be read is one tick less; whether stamps can be read at all is the clock's own question.
        if let (Some(ticks), Some(stamp)) = (ticks.get_mut(at), cell.and_then(|cell| cell.stamp)) {
            ticks.push(Tick { sent, answered, stamp });
        }
    }
    Ok(judge(&ticks))
}

/// Judges the ticks of each connection, in the order in which they were sent.
fn judge(connections: &[Vec<Tick>]) -> Spread {
    let steps: Vec<i64> = connections.iter().map(|ticks| step_back(ticks)).collect();
    let counted = connections.iter().zip(&steps).flat_map(|(ticks, step)| match step {
        0 => quicker_half(ticks),
        _ => ticks.clone(),
    });
    let (mut least, mut greatest): (Option<i64>, Option<i64>) = (None, None);
    for tick in counted {
        let (low, high) = bounds(tick);
        least = Some(least.map_or(low, |least| least.min(low)));
        greatest = Some(greatest.map_or(high, |greatest| greatest.max(high)));
    }
    let apart = least.zip(greatest).map(|(least, greatest)| greatest.saturating_sub(least));
    let spread = apart.and_then(|apart| u64::try_from(apart).ok()).map(Duration::from_millis);
    let step = steps.into_iter().max().unwrap_or(0);
    Spread { spread: spread.filter(|_| connections.len() > 1 || step > 0), steps_back: step > MARGIN_MS }
}

/// The most a stamp lies below an earlier one, in milliseconds.
fn step_back(ticks: &[Tick]) -> i64 {
    let mut greatest = i64::MIN;
    let steps = ticks.iter().map(|tick| {
        greatest = greatest.max(tick.stamp);
        greatest.saturating_sub(tick.stamp)
    });
    steps.max().unwrap_or(0)
}

fn quicker_half(ticks: &[Tick]) -> Vec<Tick> {
    let mut ticks = ticks.to_vec();
    ticks.sort_by_key(|tick| tick.sent.until(tick.answered));
    ticks.truncate(ticks.len().div_ceil(2));
    ticks
}

/// The least and the greatest difference from this machine's clock that a tick allows, in milliseconds.
fn bounds(tick: Tick) -> (i64, i64) {
    let of = |at: UnixMs| i64::try_from(at.0).unwrap_or(i64::MAX);
    (tick.stamp.saturating_sub(of(tick.answered)), tick.stamp.saturating_sub(of(tick.sent)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migration::time::UnixMs;

    use super::{Spread, Tick, judge};

    /// A statement sent at `sent` that took `span`, stamped by a clock that is `off`, in its middle.
    fn tick(sent: u64, span: u64, off: i64) -> Tick {
        let stamp = i64::try_from(sent + span / 2).unwrap() + off;
        Tick { sent: UnixMs(sent), answered: UnixMs(sent + span), stamp }
    }

    #[test]
    fn the_spread_is_what_the_clocks_differ_by_and_the_way_there_and_back() {
        let one = vec![tick(1_000, 4, 0), tick(1_100, 4, 0)];
        let other = vec![tick(1_050, 4, 300), tick(1_150, 4, 300)];
        let spread = Some(Duration::from_millis(304));
        assert_eq!(judge(&[one, other]), Spread { spread, steps_back: false });
    }

    #[test]
    fn a_slow_answer_does_not_count_beside_a_quick_one() {
        let one = vec![tick(1_000, 2, 0), tick(1_100, 900, 0)];
        let other = vec![tick(1_050, 2, 0), tick(2_050, 700, 0)];
        assert_eq!(judge(&[one, other]).spread, Some(Duration::from_millis(2)));
    }

    #[test]
    fn a_step_back_within_the_margin_is_a_difference_of_clocks() {
        let steady = vec![tick(1_000, 2, 0), tick(1_100, 2, 0)];
        let stepping = vec![tick(1_000, 2, 500), tick(1_100, 2, 500), tick(1_150, 6, 0)];
        let spread = Some(Duration::from_millis(504));
        assert_eq!(judge(&[steady.clone(), stepping.clone()]), Spread { spread, steps_back: false });
        assert_eq!(judge(&[stepping]), Spread { spread, steps_back: false });
        assert!(!judge(&[steady.clone(), steady]).steps_back);
    }

    #[test]
    fn a_step_back_beyond_the_margin_is_no_clock() {
        let with = |off| vec![tick(10_000, 2, off), tick(10_100, 2, 0), tick(10_200, 2, 0)];
        assert!(!judge(&[with(2_100)]).steps_back);
        assert!(judge(&[with(2_101 + 100)]).steps_back);
    }

    #[test]
    fn one_connection_has_nothing_to_differ_from() {
        assert_eq!(judge(&[vec![tick(1_000, 2, 0)]]).spread, None);
        assert_eq!(judge(&[]).spread, None);
    }
}
