//! An open stream of the log: the driver's packets, checked, placed and told as transactions.
//!
//! The server proves an idle log twice. A heartbeat is sent only when the server has waited for its period at the
//! log's end. And because that takes a while, a stream on which nothing came for a moment, with no transaction
//! open, counts as idle too: later events may be on their way, so nothing but display and pace may rest on it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::Stream as _;
use migration::limits::SOURCE_PACKET_BYTES_MAX;
use migration::port::{LogEvent, LogStream, PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::{BinlogStream, Error};
use mysql_common_client::binlog::consts::BinlogChecksumAlg::BINLOG_CHECKSUM_ALG_CRC32;
use mysql_common_client::binlog::events::Event;
use tokio::time::timeout;

use crate::classify::{classify, fault, is_too_large};
use crate::definition::complete;
use crate::log::cursor::Cursor;
use crate::log::raw_event::{RawEvent, kind};
use crate::log::statement::Reading;
use crate::log::transactions::Transactions;
use crate::session::Source;

/// How often the server tells that it has nothing.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(500);
/// Without a word of the server for this long the connection is dead.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// A pause of the server that counts as the end of what it has.
const PAUSE: Duration = Duration::from_millis(20);

/// The error of a dump that cannot go on; one number for many causes.
pub(crate) const DUMP_FAILED: u16 = 1236;

const DOING: &str = "reading the log";

/// An open stream of the source's log.
pub struct Follower {
    source: Source,
    stream: BinlogStream,
    cursor: Cursor,
    transactions: Transactions,
    /// When the server was last heard.
    heard: Instant,
    /// Where the log was found idle, if nothing came since.
    is_idle: bool,
    /// Whether an event of the file was read.
    has_begun: bool,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl Follower {
    pub(crate) fn new(source: Source, stream: BinlogStream, cursor: Cursor, reading: Reading) -> Self {
        Self {
            source,
            stream,
            cursor,
            transactions: Transactions::of(reading),
            heard: Instant::now(),
            is_idle: false,
            has_begun: false,
        }
    }

    /// Reads up to the file's format description, with which every dump begins.
    ///
    /// # Errors
    /// The driver's, because what a refused dump means is found out by asking the server.
    pub(crate) async fn greet(&mut self) -> Result<Result<(), PortError>, Error> {
        loop {
            let event = poll_fn(|cx| Pin::new(&mut self.stream).poll_next(cx)).await.transpose()?;
            let Some(event) = event else { return Ok(Err(ended())) };
            let is_format = event.header().event_type_raw() == kind::FORMAT_DESCRIPTION;
            match self.take(&event) {
                Ok(()) if is_format => return Ok(Ok(())),
                Ok(()) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Closes the connection.
    pub async fn close(self) {
        // A session that cannot be closed is gone already.
        let _ = self.stream.close().await;
    }

    fn take(&mut self, event: &Event) -> Result<(), PortError> {
        if !self.cursor.is_inside_payload() {
            check(event)?;
        }
        let raw = RawEvent::of(event);
        let place = self.cursor.place();
        let span = self.cursor.step(&raw).map_err(|error| fault(format!("{DOING}: {error}")))?;
        self.has_begun |= span.at != span.next;
        self.is_idle = false;
        if raw.is_heartbeat() {
            self.transactions.rest();
            self.rest();
            return Ok(());
        }
        let taken = self.transactions.take(&raw, span);
        taken.map_err(|error| fault(format!("{DOING}: {error}")))?;
        if raw.kind == kind::FORMAT_DESCRIPTION {
            self.transactions.push(LogEvent::File {
                at: place,
                name: self.cursor.name().to_owned(),
                format: (raw.server_id, raw.time),
            });
        }
        Ok(())
    }

    /// Nothing is behind this place for now.
    fn rest(&mut self) {
        if self.transactions.is_between() {
            self.is_idle = true;
            self.transactions.push(LogEvent::Idle { at: self.cursor.place() });
        }
    }

    /// What the driver gave, as far as it goes on.
    fn received(&self, item: Option<Result<Event, Error>>) -> Result<Event, PortError> {
        match item {
            Some(Ok(event)) => Ok(event),
            None => Err(ended()),
            Some(Err(Error::Server(error))) if error.code == DUMP_FAILED => {
                let (summary, retry) = if self.has_begun {
                    ("the server ended the log's stream", Retry::Now)
                } else {
                    ("the log cannot be read where it was left: it is damaged or another", Retry::Operator)
                };
                Err(PortError {
                    surface: Surface::Source,
                    code: Some(DUMP_FAILED),
                    summary: format!("{DOING}: {summary} (error {DUMP_FAILED})"),
                    retry,
                    effect: Effect::None,
                    cause: None,
                })
            }
            Some(Err(error)) if is_too_large(&error) => Err(fault(format!(
                "{DOING}: an event is larger than {} MiB; a compressed transaction is one event, so large ones must \
                 be logged without binlog_transaction_compression",
                SOURCE_PACKET_BYTES_MAX >> 20
            ))),
            Some(Err(error)) => Err(classify(&error, DOING)),
        }
    }

    /// Waits for the driver's next event for at most `wait`; none where it has passed.
    async fn event_within(&mut self, wait: Duration) -> Result<Option<Event>, PortError> {
        let next = poll_fn(|cx| Pin::new(&mut self.stream).poll_next(cx));
        let Ok(item) = timeout(wait, next).await else { return Ok(None) };
        self.heard = Instant::now();
        self.received(item).map(Some)
    }
}

impl LogStream for Follower {
    async fn next(&mut self, wait: Duration) -> Result<Option<LogEvent>, PortError> {
        let mut until = None;
        loop {
            if let Some(mut event) = self.transactions.pop() {
                if let LogEvent::Definition { changes, .. } = &mut event {
                    let completed = complete(&self.source, changes).await;
                    if let Err(error) = completed {
                        self.transactions.put_back(event);
                        return Err(error);
                    }
                }
                return Ok(Some(event));
            }
            // What has arrived is taken without a timer.
            let item = poll_fn(|cx| match Pin::new(&mut self.stream).poll_next(cx) {
                Poll::Ready(item) => Poll::Ready(Some(item)),
                Poll::Pending => Poll::Ready(None),
            })
            .await;
            if let Some(item) = item {
                let event = self.received(item)?;
                self.take(&event)?;
                if until.is_none() {
                    self.heard = Instant::now();
                }
                continue;
            }
            let now = Instant::now();
            let until = *until.get_or_insert(now + wait);
            if now.duration_since(self.heard) >= SILENCE_MAX {
                return Err(lost("the server has not been heard for too long"));
            }
            let left = until.saturating_duration_since(now);
            let may_rest = self.transactions.is_between() && !self.is_idle && left >= PAUSE;
            let pause = if may_rest { PAUSE } else { left };
            match self.event_within(pause).await? {
                Some(event) => self.take(&event)?,
                None if may_rest => self.rest(),
                None => return Ok(None),
            }
        }
    }
}

/// Compares an event with its checksum, where it has one.
fn check(event: &Event) -> Result<(), PortError> {
    let Some(checksum) = event.checksum() else { return Ok(()) };
    if event.footer().get_checksum_alg() != Ok(Some(BINLOG_CHECKSUM_ALG_CRC32)) {
        return Ok(());
    }
    if event.calc_checksum(BINLOG_CHECKSUM_ALG_CRC32) == u32::from_le_bytes(checksum) {
        Ok(())
    } else {
        Err(lost("an event does not fit its checksum"))
    }
}

fn ended() -> PortError {
    lost("the server ended the log's stream")
}

fn lost(what: &str) -> PortError {
    PortError {
        surface: Surface::Source,
        code: None,
        summary: format!("{DOING}: {what}"),
        retry: Retry::Now,
        effect: Effect::None,
        cause: None,
    }
}
