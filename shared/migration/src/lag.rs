//! How far the target is behind the source, as three spans of time.
//!
//! # Why an idle source shows no lag, and a dead one does
//!
//! 1. What is shipped is as young as the newest transaction at or before the stored position, or as the moment in which
//!    the source was seen to have nothing behind it, whichever is later. While a reader sees that again and again the capture
//!    lag is zero; when nobody reads, it grows.
//! 2. What is applied is as young as the oldest change that was shipped and is not recorded as applied; where there is none,
//!    as young as what is shipped. So the lag end to end is never less than the capture lag, and the apply lag is the difference.
//! 3. Commit times are the source's clock and `now` is this machine's; a clock that is behind shows a lag too small,
//!    never a negative one. No decision rests on a lag.

use std::time::Duration;

use crate::lane_progress::LaneProgress;
use crate::reader_state::ReaderState;
use crate::time::UnixMs;

/// How old the last look at an idle source may be: the reader looks and stores more often while it lives.
const SEEN_IDLE: Duration = Duration::from_secs(5);

/// How far the target is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// From the source's end to what is shipped.
    pub capture: Duration,
    /// From what is shipped to what is applied.
    pub apply: Duration,
    /// From the source's end to what is applied.
    pub end_to_end: Duration,
}

impl Lag {
    /// By what the reader and the lanes have stored.
    #[must_use]
    pub fn of(reader: &ReaderState, lanes: &[LaneProgress], now: UnixMs) -> Self {
        let capture = match reader.idle_at {
            Some(idle) if idle >= reader.committed_at && idle.until(now) <= SEEN_IDLE => Duration::ZERO,
            Some(idle) => idle.max(reader.committed_at).until(now),
            None => reader.committed_at.until(now),
        };
        let behind = reader.lanes.iter().zip(lanes).enumerate();
        let behind = behind.filter(|(lane, (_, progress))| reader.is_outstanding(*lane, progress));
        let oldest = behind.map(|(_, (shipping, progress))| shipping.oldest.max(progress.committed_at)).min();
        let end_to_end = oldest.map_or(capture, |oldest| oldest.until(now).max(capture));
        Self { capture, apply: end_to_end.saturating_sub(capture), end_to_end }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Lag, LaneProgress, ReaderState, UnixMs};
    use crate::lane_progress::Epoch;
    use crate::position::LogPlace;
    use crate::reader_state::Evidence;

    const SECOND: u64 = 1_000;

    fn reader() -> ReaderState {
        let evidence =
            Evidence { server_uuid: String::new(), file_name: "log.000001".to_owned(), format: None };
        let place = LogPlace { file: 1, offset: 4 };
        ReaderState::starting(place, None, evidence, 2, UnixMs(0))
    }

    fn lanes(reader: &ReaderState) -> Vec<LaneProgress> {
        vec![LaneProgress { epoch: Epoch(1), ..LaneProgress::starting_at(reader.position) }; 2]
    }

    fn lag(reader: &ReaderState, lanes: &[LaneProgress], at: u64) -> [u64; 3] {
        let Lag { capture, apply, end_to_end } = Lag::of(reader, lanes, UnixMs(at * SECOND));
        [capture, apply, end_to_end].map(|lag: Duration| lag.as_secs())
    }

    #[test]
    fn an_idle_source_shows_no_lag_as_long_as_somebody_looks() {
        let mut reader = reader();
        reader.committed_at = UnixMs(10 * SECOND);
        reader.idle_at = Some(UnixMs(100 * SECOND));
        let lanes = lanes(&reader);
        assert_eq!(lag(&reader, &lanes, 103), [0, 0, 0]);
        assert_eq!(lag(&reader, &lanes, 200), [100, 0, 100]);
    }

    #[test]
    fn what_was_not_read_counts_as_capture_and_what_was_not_applied_as_apply() {
        let mut reader = reader();
        reader.committed_at = UnixMs(97 * SECOND);
        let mut lanes = lanes(&reader);
        assert_eq!(lag(&reader, &lanes, 100), [3, 0, 3]);
        reader.lanes[1].seq = 4;
        reader.lanes[1].oldest = UnixMs(90 * SECOND);
        assert_eq!(lag(&reader, &lanes, 100), [3, 7, 10]);
        lanes[1].seq = 3;
        lanes[1].committed_at = UnixMs(96 * SECOND);
        assert_eq!(lag(&reader, &lanes, 100), [3, 1, 4]);
        lanes[1].seq = 4;
        assert_eq!(lag(&reader, &lanes, 100), [3, 0, 3]);
    }

    #[test]
    fn a_target_that_is_away_shows_although_the_source_is_idle() {
        let mut reader = reader();
        reader.idle_at = Some(UnixMs(100 * SECOND));
        reader.lanes[0].seq = 1;
        reader.lanes[0].oldest = UnixMs(40 * SECOND);
        assert_eq!(lag(&reader, &lanes(&reader), 101), [0, 61, 61]);
    }
}
