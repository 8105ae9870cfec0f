//! Sends one write until it is acknowledged, refused for good, or its time is over.
//!
//! 1. Nothing is sent whose own timeout would pass `settled_by`: a write may take effect until that timeout, and the lease
//!    ends where it does (design section 3).
//! 2. A try whose outcome is not known (a cut line, a timeout, 3024) may still take effect. With a stamp that is harmless:
//!    the same cells with the same stamp. Without one it would get a later stamp than whatever follows, so nothing follows,
//!    not even the same write, until that try's timeout has run out (protocol H8).
//! 3. A resource limit may concern the size of one statement (`lindorm.md` 1: memory per query; 7: 8008), and then the same
//!    statement is refused for ever. So one that can be made smaller is given back after some tries; see `sink`.
//! 4. Once a try's outcome is not known, the failure that is finally returned says so, whatever the last try said.

use std::time::Duration;

use migration::retry::{Effect, backoff};
use migration::time::UnixMs;

use crate::classify::Class;
use crate::failure::Failure;
use crate::moment::{jittered, now};
use crate::request::Request;
use crate::target::Target;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a statement that can be made smaller is sent against a resource limit: a burst passes within the pauses of
/// these tries, about a second in all.
const THROTTLED_TRIES: u32 = 5;

/// Until when a write may be sent, and whether it may overtake itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// No try whose timeout ends later is begun.
    pub(crate) settled_by: UnixMs,
    /// Whether every cell carries a stamp of ours.
    pub(crate) stamped: bool,
    /// How long a try may take effect after it was sent: what its hint says, or the server's own bound.
    pub(crate) timeout: Duration,
}

/// Whether the caller can write the same in smaller statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// It can, so a resource limit is not waited out for long.
    Divisible,
    /// It cannot.
    Least,
}

impl Target {
    /// Sends a write of so many bytes of values; `make` makes it anew for each try.
    pub(crate) async fn send<F>(
        &self,
        make: F,
        bytes: usize,
        window: Window,
        size: Size,
    ) -> Result<(), Failure>
    where
        F: Fn() -> Request + Send + Sync,
    {
        let mut pauses = backoff(FIRST_PAUSE, LONGEST_PAUSE);
        let (mut unknown, mut throttled) = (false, 0);
        loop {
            let (failure, sent) = match self.send_once(&make, bytes, window).await {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            unknown |= failure.effect == Effect::Unknown && failure.class.is_open();
            throttled += u32::from(failure.class == Class::Throttled);
            let too_large = size == Size::Divisible && throttled >= THROTTLED_TRIES;
            if too_large || !failure.class.is_transient() {
                return Err(failure.after_unknown(unknown));
            }
            let open_until = sent.filter(|_| !window.stamped && failure.class.is_open());
            let open = open_until.map_or(Duration::ZERO, |sent| now().until(sent.plus(window.timeout)));
            let pause = jittered(pauses.next().unwrap_or(LONGEST_PAUSE)).max(open);
            if !window.is_open_at(now().plus(pause)) {
                return Err(failure.after_unknown(unknown));
            }
            tracing::debug!(code = failure.code, "a write to the target is tried again");
            tokio::time::sleep(pause).await;
        }
    }

    /// One try; a failure comes with the moment of sending, where it was sent.
    async fn send_once(
        &self,
        make: impl Fn() -> Request,
        bytes: usize,
        window: Window,
    ) -> Result<(), (Failure, Option<UnixMs>)> {
        // The rows are copied into the statement, which therefore is not made before it can be sent.
        let _room = self.pool().room_for(bytes).await.map_err(|failure| (failure, None))?;
        let request = make();
        let leased = self.pool().lease(request.backslashes()).await;
        let mut leased = leased.map_err(|failure| (failure.before_sending(), None))?;
        leased.session.prepare(&request).await.map_err(|failure| (failure.before_sending(), None))?;
        let sent = now();
        if !window.is_open_at(sent) {
            leased.give_back();
            let closed = Failure::of(Class::Stale, "the time for sending is over");
            return Err((closed, None));
        }
        match leased.session.execute(request, window.timeout).await {
            Ok(()) => {
                leased.give_back();
                Ok(())
            }
            Err(failure) => {
                leased.give_back_after(&failure);
                Err((failure, Some(sent)))
            }
        }
    }
}

impl Window {
    pub(crate) fn is_open_at(self, at: UnixMs) -> bool {
        at.plus(self.timeout) <= self.settled_by
    }
}

#[cfg(test)]
mod tests {
    use migration::limits::STATEMENT_TIMEOUT;
    use migration::time::UnixMs;

    use super::Window;

    #[test]
    fn a_window_closes_one_statement_timeout_before_its_end() {
        let window = Window { settled_by: UnixMs(100_000), stamped: true, timeout: STATEMENT_TIMEOUT };
        let timeout = u64::try_from(STATEMENT_TIMEOUT.as_millis()).unwrap();
        assert!(window.is_open_at(UnixMs(100_000 - timeout)));
        assert!(!window.is_open_at(UnixMs(100_001 - timeout)));
    }
}
