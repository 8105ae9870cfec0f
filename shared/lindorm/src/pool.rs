//! A bounded set of connections.
//!
//! Own rather than the driver's, because a connection must be replaced by age and number of uses, must never be reset
//! (COM_RESET_CONNECTION is refused), and must be dropped when its last statement was cut short: a connection comes back
//! only by [`Leased::give_back`], so a cancelled future can never leave a half-read answer for the next statement.

use std::sync::Mutex;
use std::time::Duration;

use migration::limits::STATEMENTS_BYTES_MAX;
use migration::port::LOGIN_REFUSED;
use mysql_async::Opts;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::classify::Class;
use crate::failure::Failure;
use crate::moment::now;
use crate::request::Backslashes;
use crate::session::{Session, driver_options};
use crate::settings::Settings;
use crate::verified_name::open_verified;

/// A connection unused for longer is asked for a sign of life: a lost one would leave a write's outcome open.
const PROVEN_AFTER: Duration = Duration::from_secs(10);

/// The connections of one target.
pub(crate) struct Pool {
    settings: Settings,
    /// What the last successful connection used; differs from the settings only in the name a certificate is checked for.
    options: Mutex<Opts>,
    /// Most recently used last.
    idle: Mutex<Vec<Session>>,
    slots: Semaphore,
    /// One permit a byte of the statements under way.
    room: Semaphore,
}

/// A connection taken from the pool; dropped for good unless given back.
pub(crate) struct Leased<'p> {
    pub(crate) session: Session,
    pool: &'p Pool,
    _slot: SemaphorePermit<'p>,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Self {
        let slots = Semaphore::new(settings.connections.max(1));
        let options = Mutex::new(driver_options(&settings, None));
        let room = Semaphore::new(STATEMENTS_BYTES_MAX);
        Self { settings, options, idle: Mutex::new(Vec::new()), slots, room }
    }

    /// How many statements may run at once.
    pub(crate) fn connections(&self) -> usize {
        self.settings.connections.max(1)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Waits until a statement with so many bytes of values may be made; one beyond the bound has all room to itself.
    pub(crate) async fn room_for(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Failure> {
        let bytes = u32::try_from(bytes.min(STATEMENTS_BYTES_MAX)).unwrap_or(u32::MAX);
        self.room.acquire_many(bytes).await.map_err(|_| closed())
    }

    /// A connection that suits, kept or new; waits while all are in use. One that was not used for a while is proven first.
    pub(crate) async fn lease(&self, backslashes: Backslashes) -> Result<Leased<'_>, Failure> {
        let mut leased = self.lease_unless_unused_for(PROVEN_AFTER, backslashes).await?;
        leased.session.suit(backslashes).await.map_err(Failure::before_sending)?;
        Ok(leased)
    }

    /// A connection that answered just now, for a statement whose outcome nobody could guess.
    pub(crate) async fn lease_proven(&self) -> Result<Leased<'_>, Failure> {
        self.lease_unless_unused_for(Duration::ZERO, Backslashes::Any).await
    }

    async fn lease_unless_unused_for(
        &self,
        proven_after: Duration,
        backslashes: Backslashes,
    ) -> Result<Leased<'_>, Failure> {
        let slot = self.slots.acquire().await.map_err(|_| closed())?;
        while let Some(mut session) = self.take_idle() {
            // One that does not suit makes room for one that does.
            if !session.can_suit(backslashes) {
                break;
            }
            if session.unused(now()) < proven_after || session.is_alive().await {
                return Ok(Leased { session, pool: self, _slot: slot });
            }
        }
        Ok(Leased { session: self.open(Setup::Ours).await?, pool: self, _slot: slot })
    }

    /// A connection as the server makes it; it is never kept.
    pub(crate) async fn open_bare(&self) -> Result<Session, Failure> {
        self.open(Setup::None).await
    }

    async fn open(&self, setup: Setup) -> Result<Session, Failure> {
        let options = self.options.lock().expect("invariant: no panic while holding the lock").clone();
        let opened = open_verified(&self.settings, options).await;
        let (mut session, used) = opened.map_err(|failure| self.unconnected(failure))?;
        *self.options.lock().expect("invariant: no panic while holding the lock") = used;
        match setup {
            Setup::Ours => session.set_time_zone().await.map_err(Failure::before_sending)?,
            Setup::None => {}
        }
        Ok(session)
    }

    fn unconnected(&self, failure: Failure) -> Failure {
        if self.settings.password_rotates && failure.code == Some(LOGIN_REFUSED) {
            return failure.of_class(Class::Rotated);
        }
        failure
    }

    fn take_idle(&self) -> Option<Session> {
        let at = now();
        let mut idle = self.idle.lock().expect("invariant: no panic while holding the lock");
        // Sessions are dropped here; the driver closes their sockets in the background.
        idle.retain(|session| session.is_fresh(at));
        idle.pop()
    }
}

fn closed() -> Failure {
    Failure::of(Class::Stale, "the connections were closed")
}

/// What is done with a fresh connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setup {
    Ours,
    None,
}

impl Leased<'_> {
    /// Returns the connection: its last statement was answered in full.
    pub(crate) fn give_back(self) {
        self.pool.idle.lock().expect("invariant: no panic while holding the lock").push(self.session);
    }

    /// Returns the connection as [`give_back`](Self::give_back) or [`give_back_after`](Self::give_back_after) do, by how its
    /// last statement ended.
    pub(crate) fn ended<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        match &outcome {
            Ok(_) => self.give_back(),
            Err(failure) => self.give_back_after(failure),
        }
        outcome
    }

    /// Returns the connection unless the failure leaves it in doubt.
    pub(crate) fn give_back_after(self, failure: &Failure) {
        let answered = failure.code.is_some();
        match failure.class {
            // A target at its limit is not burdened with a new connection as well.
            Class::Row
            | Class::Throttled
            | Class::Missing
            | Class::Exists
            | Class::Unsupported
            | Class::Denied
                if answered =>
            {
                self.give_back();
            }
            Class::Row
            | Class::Crowded
            | Class::Rotated
            | Class::Throttled
            | Class::Stale
            | Class::Uncertain
            | Class::Storage
            | Class::Missing
            | Class::Exists
            | Class::Denied
            | Class::Unsupported
            | Class::Unlisted => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use migration::limits::STATEMENTS_BYTES_MAX;
    use migration::task::{Tls, TlsMode};

    use super::Pool;
    use crate::settings::Settings;

    #[test]
    fn statements_under_way_hold_so_many_bytes_or_are_one() {
        let pool = Pool::new(Settings {
            host: "h".to_owned(),
            port: 33_060,
            user: "u".to_owned(),
            password: None,
            password_rotates: false,
            tls: Tls { mode: TlsMode::Disabled, ca: None },
            authority: None,
            connections: 4,
        });
        let mut context = Context::from_waker(Waker::noop());
        let room = |bytes| Box::pin(pool.room_for(bytes));
        let Poll::Ready(Ok(half)) = room(STATEMENTS_BYTES_MAX / 2).as_mut().poll(&mut context) else {
            panic!("there is room")
        };
        let Poll::Ready(Ok(other_half)) = room(STATEMENTS_BYTES_MAX / 2).as_mut().poll(&mut context) else {
            panic!("there is room")
        };
        let mut waiting = pin!(room(1));
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(half);
        let Poll::Ready(Ok(one)) = waiting.poll(&mut context) else { panic!("there is room") };
        let mut largest = pin!(room(STATEMENTS_BYTES_MAX * 2));
        assert!(largest.as_mut().poll(&mut context).is_pending());
        drop((other_half, one));
        let Poll::Ready(Ok(_all)) = largest.poll(&mut context) else { panic!("there is room") };
        assert!(room(1).as_mut().poll(&mut context).is_pending());
    }
}
