//! Leases: the right to work on something until a time.
//!
//! # Why a lease holder never works beside its successor
//!
//! 1. A lease ends at `min(deadline, now + 10 s) + statement timeout` of its holder. The holder sends nothing whose
//!    timeout passes that end (`settled_by` of [`Sink`](crate::port::Sink)); so when the end has come, no statement of the holder can take
//!    effect any more, even one whose answer never arrived.
//! 2. Acquiring writes a greater fencing token under the condition that the record is the one that was read. Of
//!    several acquirers one wins. Every durable step of the holder (cursor, done) is a transaction that checks the
//!    lease record's version, so a holder that lost its lease without noticing changes no record.
//! 3. Releasing early is allowed only after the last statement was acknowledged or refused. After an uncertain
//!    outcome the lease is left to run out, because the statement may still land.
//! 4. A released or expired lease keeps its token, so tokens only grow while the record exists.
//!
//! The times are of the holders' machines; what their clocks may differ by is part of the statement timeout's slack
//! and far below it on hosts that keep time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::{LEASE_SPAN_MAX, STATEMENT_TIMEOUT};
use crate::time::UnixMs;

/// The number that makes a former holder's write fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub u64);

/// A lease record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Of the newest holder; 0 before the first.
    pub token: FencingToken,
    /// When the newest holder's right ends; 0 where it was released.
    pub until: UnixMs,
}

/// Somebody else holds the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lease is held")]
pub struct Busy {
    /// Until then.
    pub until: UnixMs,
}

/// The lease is no longer this holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lease was lost to a later holder")]
pub struct Lost;

impl Lease {
    /// A lease nobody has held.
    #[must_use]
    pub fn unheld() -> Self {
        Self { token: FencingToken(0), until: UnixMs(0) }
    }

    /// Whether nobody can be working under it.
    #[must_use]
    pub fn has_ended(self, now: UnixMs) -> bool {
        self.until <= now
    }

    /// Takes the lease for work that ends by `deadline`.
    ///
    /// # Errors
    /// [`Busy`] while another holder may still work.
    pub fn acquire(self, now: UnixMs, deadline: UnixMs) -> Result<Self, Busy> {
        self.acquire_for(now, deadline, STATEMENT_TIMEOUT)
    }

    /// As [`acquire`](Self::acquire), for statements that may take effect for `timeout` after they were sent.
    ///
    /// # Errors
    /// [`Busy`] while another holder may still work.
    pub fn acquire_for(self, now: UnixMs, deadline: UnixMs, timeout: Duration) -> Result<Self, Busy> {
        if !self.has_ended(now) {
            return Err(Busy { until: self.until });
        }
        Ok(Self { token: FencingToken(self.token.0 + 1), until: end(now, deadline, timeout) })
    }

    /// Prolongs the lease.
    ///
    /// # Errors
    /// [`Lost`] where the token is not the newest, or the lease ran out.
    pub fn renew(self, token: FencingToken, now: UnixMs, deadline: UnixMs) -> Result<Self, Lost> {
        self.renew_for(token, now, deadline, STATEMENT_TIMEOUT)
    }

    /// As [`renew`](Self::renew), for statements that may take effect for `timeout` after they were sent.
    ///
    /// # Errors
    /// [`Lost`] where the token is not the newest, or the lease ran out.
    pub fn renew_for(
        self,
        token: FencingToken,
        now: UnixMs,
        deadline: UnixMs,
        timeout: Duration,
    ) -> Result<Self, Lost> {
        if self.token != token || self.has_ended(now) {
            return Err(Lost);
        }
        Ok(Self { token, until: self.until.max(end(now, deadline, timeout)) })
    }

    /// Ends the lease early, at `until`, without giving it back: every statement sent under it has timed out by then.
    /// Whoever takes it next sees that its holder did not end in good order.
    ///
    /// # Errors
    /// [`Lost`] where the token is not the newest.
    pub fn leave(self, token: FencingToken, until: UnixMs) -> Result<Self, Lost> {
        // Never 0, which says that it was released.
        let until = UnixMs(self.until.min(until).0.max(1));
        if self.token == token { Ok(Self { token, until }) } else { Err(Lost) }
    }

    /// Whether the newest holder gave it back, or there was none: every statement was answered and recorded.
    #[must_use]
    pub fn was_released(self) -> bool {
        self.until == UnixMs(0)
    }

    /// Gives the lease back; only after every statement sent under it was answered.
    ///
    /// # Errors
    /// [`Lost`] where the token is not the newest.
    pub fn release(self, token: FencingToken) -> Result<Self, Lost> {
        if self.token == token { Ok(Self { token, until: UnixMs(0) }) } else { Err(Lost) }
    }
}

fn end(now: UnixMs, deadline: UnixMs, timeout: Duration) -> UnixMs {
    deadline.min(now.plus(LEASE_SPAN_MAX)).plus(timeout)
}

#[cfg(test)]
mod tests {
    use super::{Busy, FencingToken, Lease, Lost};
    use crate::limits::STATEMENT_TIMEOUT;
    use crate::time::UnixMs;

    #[test]
    fn a_held_lease_is_not_given_away_before_its_last_statement_has_timed_out() {
        let held = Lease::unheld().acquire(UnixMs(1_000), UnixMs(9_000)).unwrap();
        assert_eq!(held.until, UnixMs(9_000).plus(STATEMENT_TIMEOUT));
        assert_eq!(held.acquire(UnixMs(9_500), UnixMs(20_000)), Err(Busy { until: held.until }));
        assert!(held.acquire(held.until, UnixMs(30_000)).is_ok());
    }

    #[test]
    fn a_former_holder_can_neither_renew_nor_release() {
        let first = Lease::unheld().acquire(UnixMs(0), UnixMs(1_000)).unwrap();
        let second = first.acquire(first.until, UnixMs(60_000)).unwrap();
        assert!(second.token > first.token);
        assert_eq!(second.renew(first.token, first.until, UnixMs(90_000)), Err(Lost));
        assert_eq!(second.release(first.token), Err(Lost));
        assert!(second.release(second.token).unwrap().has_ended(UnixMs(0)));
    }

    #[test]
    fn a_lease_left_early_ends_then_and_tells_that_it_was_not_given_back() {
        let held = Lease::unheld().acquire(UnixMs(0), UnixMs(9_000)).unwrap();
        let left = held.leave(held.token, UnixMs(2_000)).unwrap();
        assert!(left.until == UnixMs(2_000) && !left.was_released());
        assert_eq!(held.leave(held.token, UnixMs(90_000)).unwrap().until, held.until);
        assert_eq!(held.leave(FencingToken(9), UnixMs(0)), Err(Lost));
        assert!(held.release(held.token).unwrap().was_released() && Lease::unheld().was_released());
    }

    #[test]
    fn renewing_never_shortens_and_an_expired_lease_is_not_renewed() {
        let held = Lease::unheld().acquire(UnixMs(0), UnixMs(10_000)).unwrap();
        assert_eq!(held.renew(FencingToken(1), UnixMs(1), UnixMs(2)).unwrap().until, held.until);
        assert_eq!(held.renew(FencingToken(1), held.until, UnixMs(90_000)), Err(Lost));
    }
}
