//! Work on a thread of its own, awaited by the task that gave it, under whatever runs that task.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

/// The outcome to come. Dropped, the work is done and nobody hears of it.
pub(crate) struct Aside<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    outcome: Option<thread::Result<T>>,
    waker: Option<Waker>,
}

impl<T> std::fmt::Debug for Aside<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aside").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Aside<T> {
    /// Does the work on a thread; here and now where there can be none.
    pub(crate) fn start(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let aside = Self(Arc::new(Mutex::new(State { outcome: None, waker: None })));
        let work = Arc::new(Mutex::new(Some(work)));
        let (state, theirs) = (Arc::clone(&aside.0), Arc::clone(&work));
        let started = thread::Builder::new().name("pack".to_owned()).spawn(move || finish(&state, &theirs));
        if started.is_err() {
            finish(&aside.0, &work);
        }
        aside
    }

    /// What is known already.
    pub(crate) fn known(outcome: T) -> Self {
        Self(Arc::new(Mutex::new(State { outcome: Some(Ok(outcome)), waker: None })))
    }

    /// Whether the work is done.
    pub(crate) fn is_done(&self) -> bool {
        lock(&self.0).outcome.is_some()
    }
}

impl<T> Future for Aside<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = lock(&self.0);
        match state.outcome.take() {
            Some(Ok(outcome)) => Poll::Ready(outcome),
            Some(Err(panic)) => {
                drop(state);
                resume_unwind(panic)
            }
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

fn finish<T, W: FnOnce() -> T>(state: &Mutex<State<T>>, work: &Mutex<Option<W>>) {
    let Some(work) = lock(work).take() else { return };
    let outcome = catch_unwind(AssertUnwindSafe(work));
    let waker = {
        let mut state = lock(state);
        state.outcome = Some(outcome);
        state.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    use super::Aside;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn wait<T>(aside: Aside<T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut aside = pin!(aside);
        loop {
            match aside.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => thread::park(),
            }
        }
    }

    #[test]
    fn who_waits_is_woken_by_the_outcome() {
        let (sender, receiver) = std::sync::mpsc::channel::<u8>();
        let aside = Aside::start(move || receiver.recv());
        assert!(!aside.is_done());
        let waiting = thread::spawn(move || wait(aside));
        sender.send(7).unwrap();
        assert_eq!(waiting.join().unwrap(), Ok(7));
        let known = Aside::known(3);
        assert!(known.is_done());
        assert_eq!(wait(known), 3);
    }

    #[test]
    fn a_panic_is_that_of_who_waits() {
        let waiting = thread::spawn(|| wait(Aside::<u8>::start(|| panic!("a fault in the work"))));
        assert!(waiting.join().is_err());
    }
}
