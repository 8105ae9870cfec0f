//! How far apart two writes of one key are (protocol H3).
//!
//! # Why the order of changes never rests on the target's clocks
//!
//! 1. A write is sent only when the span has passed since the acknowledgement of the write of the same key before. The
//!    span bounds how far the clocks of two nodes may differ, a step back included; so the later write gets the greater
//!    stamp whichever node stamps it, and equal stamps do not come up.
//! 2. Keys written by this invocation are known by their digests, and those of the holder before by the list it left
//!    ([`migration::recent_keys`]). Where there is no list, every key waits from the lane's newest recorded write.
//! 3. A holder that did not give its lease back may have written until the lease's end: every key waits from there.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use migration::lease::Lease;
use migration::mutation::{Rule, is_left_out};
use migration::recent_keys::KeyBits;
use migration::record::TableNumber;
use migration::time::UnixMs;
use migration::value::Digest;

/// Names a key of a run's tables.
pub(crate) type KeyName = (TableNumber, Digest);

/// Keys kept before those whose time is over are dropped.
const KEYS_KEPT: usize = 20_000;

/// When a key may be written.
#[derive(Debug)]
pub(crate) struct Spacing {
    span: Duration,
    /// From when on a key may be written that this invocation has not written, but the holder before may have.
    others_from: UnixMs,
    /// Those it has written; none where any may be one.
    others: Option<BTreeSet<KeyBits>>,
    acknowledged: HashMap<KeyName, UnixMs>,
}

impl Spacing {
    /// Of a lane whose lease was `before`, whose newest recorded write was acknowledged at `last_write`, and whose holder
    /// left this list.
    pub(crate) fn after(
        before: Lease,
        last_write: UnixMs,
        listed: Option<BTreeSet<KeyBits>>,
        span: Duration,
    ) -> Self {
        let others = listed.filter(|_| before.was_released());
        let last = if before.was_released() { last_write } else { last_write.max(before.until) };
        let is_waited_for = !is_left_out(Rule::Spacing) && !is_left_out(Rule::SpacingAfterTakeover);
        let others_from = if is_waited_for { last.plus(span) } else { UnixMs(0) };
        Self { span, others_from, others, acknowledged: HashMap::new() }
    }

    /// From when on this key may be written.
    pub(crate) fn due(&self, key: KeyName) -> UnixMs {
        if is_left_out(Rule::Spacing) {
            return UnixMs(0);
        }
        match (self.acknowledged.get(&key), &self.others) {
            (Some(at), _) => at.plus(self.span),
            (None, Some(others)) if !others.contains(&KeyBits::of(key.0, key.1)) => UnixMs(0),
            (None, _) => self.others_from,
        }
    }

    /// Every key that may have been written within the span before `now`; none where any may be one.
    pub(crate) fn recent(&self, now: UnixMs) -> Option<BTreeSet<KeyBits>> {
        let mut recent = match &self.others {
            _ if self.others_from <= now => BTreeSet::new(),
            others => others.clone()?,
        };
        let own = self.acknowledged.iter().filter(|(_, at)| at.plus(self.span) > now);
        recent.extend(own.map(|((table, key), _)| KeyBits::of(*table, *key)));
        Some(recent)
    }

    /// A write of these keys was acknowledged at this time.
    pub(crate) fn wrote(&mut self, keys: impl IntoIterator<Item = KeyName>, at: UnixMs) {
        if self.acknowledged.len() > KEYS_KEPT {
            let span = self.span;
            self.acknowledged.retain(|_, last| last.plus(span) > at);
        }
        self.acknowledged.extend(keys.into_iter().map(|key| (key, at)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use migration::lease::{FencingToken, Lease};
    use migration::recent_keys::KeyBits;
    use migration::record::TableNumber;
    use migration::time::UnixMs;
    use migration::value::Digest;

    use super::Spacing;

    const SPAN: Duration = Duration::from_millis(250);
    const KEY: super::KeyName = (TableNumber(1), Digest(7));

    fn lease(until: u64) -> Lease {
        Lease { token: FencingToken(3), until: UnixMs(until) }
    }

    #[test]
    fn a_key_waits_from_its_own_acknowledgement_and_others_do_not() {
        let mut spacing = Spacing::after(Lease::unheld(), UnixMs(0), None, SPAN);
        spacing.wrote([KEY], UnixMs(1_000));
        assert_eq!(spacing.due(KEY), UnixMs(1_250));
        assert_eq!(spacing.due((TableNumber(1), Digest(8))), UnixMs(250));
    }

    #[test]
    fn a_lane_waits_from_its_last_write_or_from_the_end_of_a_lease_not_given_back() {
        assert_eq!(Spacing::after(lease(0), UnixMs(5_000), None, SPAN).due(KEY), UnixMs(5_250));
        assert_eq!(Spacing::after(lease(9_000), UnixMs(5_000), None, SPAN).due(KEY), UnixMs(9_250));
        assert_eq!(Spacing::after(lease(4_000), UnixMs(5_000), None, SPAN).due(KEY), UnixMs(5_250));
    }

    #[test]
    fn a_list_lets_other_keys_pass_unless_the_lease_was_not_given_back() {
        let listed = || Some(BTreeSet::from([KeyBits::of(KEY.0, KEY.1)]));
        let other = (TableNumber(1), Digest(8));
        let spacing = Spacing::after(lease(0), UnixMs(5_000), listed(), SPAN);
        assert_eq!((spacing.due(KEY), spacing.due(other)), (UnixMs(5_250), UnixMs(0)));
        let spacing = Spacing::after(lease(9_000), UnixMs(5_000), listed(), SPAN);
        assert_eq!((spacing.due(KEY), spacing.due(other)), (UnixMs(9_250), UnixMs(9_250)));
    }

    #[test]
    fn the_list_left_behind_holds_what_was_written_within_the_span() {
        let other = (TableNumber(1), Digest(8));
        let bits = |key: super::KeyName| KeyBits::of(key.0, key.1);
        let mut spacing = Spacing::after(lease(0), UnixMs(5_000), Some(BTreeSet::from([bits(KEY)])), SPAN);
        spacing.wrote([other], UnixMs(5_100));
        assert_eq!(spacing.recent(UnixMs(5_200)), Some(BTreeSet::from([bits(KEY), bits(other)])));
        assert_eq!(spacing.recent(UnixMs(5_300)), Some(BTreeSet::from([bits(other)])));
        assert_eq!(spacing.recent(UnixMs(5_400)), Some(BTreeSet::new()));
        assert_eq!(Spacing::after(lease(0), UnixMs(5_000), None, SPAN).recent(UnixMs(5_200)), None);
    }
}
