//! One environment of a function: a process that is handed one event after the other, and is frozen in between.
//!
//! As Lambda does it: it starts when it is first needed, is stopped (SIGSTOP) from the moment it asks for the next event
//! until there is one, is killed at its timeout without a word, and is never used again after that, or when it has ended
//! by itself. Memory is not limited, and the network goes on while it is frozen.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use servers::Process;
use tokio::sync::oneshot;
use tokio::time::{Instant, interval, sleep_until};

use crate::error::CloudError;
use crate::fault::Doom;
use crate::runtime_api::{Invocation, RuntimeApi, Said};

/// How long a function may take until it asks for its first event.
const INIT_WITHIN: Duration = Duration::from_secs(10);
/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum End {
    /// With this response.
    Response(Bytes),
    /// With this error, told by the function.
    Error(Bytes),
    /// It was killed at its timeout.
    TimedOut,
    /// It was killed because the test wanted it.
    Killed,
    /// Its process ended by itself.
    Exited,
}

/// A process and its Runtime API; killed on drop.
#[derive(Debug)]
pub(crate) struct Environment {
    process: Process,
    api: RuntimeApi,
    next: Option<oneshot::Sender<Invocation>>,
}

impl Environment {
    /// Starts the program; the error says whether it ended, failed or took too long, where it did not come to ask for an event.
    pub(crate) async fn start(mut command: Command, log: &File) -> Result<Result<Self, End>, CloudError> {
        let api = RuntimeApi::listen().await?;
        command.env("AWS_LAMBDA_RUNTIME_API", api.address().to_string());
        let copy = || log.try_clone().map_err(CloudError::io("write a function's log"));
        command.stdin(Stdio::null()).stdout(copy()?).stderr(copy()?);
        let process = Process::start("function", command)?;
        let mut environment = Self { process, api, next: None };
        let until = Instant::now() + INIT_WITHIN;
        Ok(match environment.event(until).await {
            Event::Said(Said::Next(next)) => {
                environment.freeze(next);
                Ok(environment)
            }
            Event::Said(Said::InitError(error) | Said::Error(error) | Said::Response(error)) => {
                Err(End::Error(error))
            }
            Event::Exited => Err(End::Exited),
            Event::Late => Err(End::TimedOut),
        })
    }

    /// Hands out an event and waits for its end; the environment comes back where it can be used again.
    pub(crate) async fn invoke(mut self, invocation: Invocation, doom: Option<Doom>) -> (End, Option<Self>) {
        let left = invocation.deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let (begun, deadline) = (Instant::now(), Instant::now() + left);
        self.signal(Signal::CONT);
        let handed = self.next.take().map(|next| next.send(invocation));
        if !matches!(handed, Some(Ok(()))) {
            // It died while it was frozen.
            return (End::Exited, None);
        }
        match doom {
            None => self.answer(deadline, End::TimedOut).await,
            Some(Doom::Kill(after)) => {
                let at = begun + after;
                let late = if at < deadline { End::Killed } else { End::TimedOut };
                self.answer(deadline.min(at), late).await
            }
            Some(Doom::Hang(after)) => (self.hang(deadline.min(begun + after), deadline).await, None),
        }
    }

    /// What it answers until then, and itself where it is ready for another event.
    async fn answer(mut self, until: Instant, late: End) -> (End, Option<Self>) {
        let end = match self.event(until).await {
            Event::Said(Said::Response(response)) => End::Response(response),
            Event::Said(Said::Error(error) | Said::InitError(error)) => End::Error(error),
            Event::Said(Said::Next(_)) | Event::Exited => return (End::Exited, None),
            Event::Late => return (late, None),
        };
        match self.event(until).await {
            Event::Said(Said::Next(next)) => {
                self.freeze(next);
                (end, Some(self))
            }
            // The answer was given; the environment is of no use any more.
            Event::Said(_) | Event::Exited | Event::Late => (end, None),
        }
    }

    /// Lets it work until then, and stops it there for the rest of its time.
    async fn hang(mut self, stops_at: Instant, deadline: Instant) -> End {
        match self.event(stops_at).await {
            Event::Said(Said::Response(response)) => End::Response(response),
            Event::Said(Said::Error(error) | Said::InitError(error)) => End::Error(error),
            Event::Said(Said::Next(_)) | Event::Exited => End::Exited,
            Event::Late => {
                self.signal(Signal::STOP);
                sleep_until(deadline).await;
                End::TimedOut
            }
        }
    }

    /// The most memory it has held so far.
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        servers::peak_memory_kib(self.process.id())
    }

    fn freeze(&mut self, next: oneshot::Sender<Invocation>) {
        self.next = Some(next);
        self.signal(Signal::STOP);
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            // One that has ended is noticed when it is looked at.
            let _ = kill_process(process, signal);
        }
    }

    async fn event(&mut self, until: Instant) -> Event {
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                biased;
                said = self.api.hear() => return Event::Said(said),
                () = sleep_until(until) => return Event::Late,
                _ = look.tick() => if self.process.ended().is_some() {
                    return Event::Exited;
                },
            }
        }
    }
}

enum Event {
    Said(Said),
    Exited,
    Late,
}
