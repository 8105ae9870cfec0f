//! How fast the reader routes and packs: rows a second of this process's own processor time.
//!
//! Made-up events of ten-column rows of about 110 bytes, which compress to about two thirds, go through a whole invocation, in front of a log, a queue and a
//! checkpoint table that do nothing: boundaries, keys, lanes, batches, compression, base64 and JSON. No server is asked.
//! Usage: `reader_speed [EVENTS] [insert|update]`.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant, SystemTime};

use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use memory::{MemoryObjects, Platform, World};
use migration::budget::Budget;
use migration::gtid::GtidSet;
use migration::lane::Lane;
use migration::lane_progress::LaneProgress;
use migration::port::{
    Begin, ChangeLog, Clock, LogEnd, LogEvent, LogGone, LogStart, LogStream, OpenAt, Outgoing, PortError,
    Queue, QueueName, SendOutcome, Surface,
};
use migration::position::LogPlace;
use migration::reader_state::{Evidence, ReaderState};
use migration::record;
use migration::run::Event;
use migration::schema::{SourceColumn, SourceTable, SourceType, StringDefault};
use migration::stamp::RunStamp;
use migration::time::UnixMs;

type Failure = Box<dyn std::error::Error>;

/// As many as fit an event of the server's usual 8 KiB.
const ROWS_AN_EVENT: u32 = 72;
/// Events of a transaction.
const EVENTS_A_TRANSACTION: u64 = 14;
const LANES: u16 = 16;
const START: LogPlace = LogPlace { file: 1, offset: 4 };

/// The real time; nobody sleeps.
struct Wall;

impl Clock for Wall {
    fn now(&self) -> UnixMs {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    async fn sleep(&self, _: Duration) {}
}

/// Takes everything and counts.
#[derive(Default)]
struct Sink(Mutex<(u64, u64)>);

impl Queue for Sink {
    async fn send(&self, _: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        if let Ok(mut counts) = self.0.lock() {
            counts.0 += messages.len() as u64;
            counts.1 += messages.iter().map(|message| message.body.len() as u64).sum::<u64>();
        }
        Ok(messages.iter().map(|_| SendOutcome::Sent).collect())
    }

    async fn depth(&self, _: QueueName) -> Result<u64, PortError> {
        Ok(0)
    }
}

struct Log {
    events: u64,
    kind: u8,
    table: SourceTable,
}

struct Stream {
    left: u64,
    step: u64,
    offset: u64,
    kind: u8,
    table: SourceTable,
    map: Vec<u8>,
    /// Different events, more than the compression looks back over.
    rows: Vec<Vec<u8>>,
}

impl LogStream for Stream {
    async fn next(&mut self, _: Duration) -> Result<Option<LogEvent>, PortError> {
        let at = LogPlace { offset: self.offset, ..START };
        if self.left == 0 {
            return Err(PortError::permanent(Surface::Source, "the end"));
        }
        self.step += 1;
        Ok(Some(match self.step {
            1 => LogEvent::Begin(Begin { at, gtid: None, committed_at: UnixMs(1_700_000_000_000) }),
            2 => LogEvent::Table {
                id: 7,
                table: self.table.id.clone(),
                map: self.map.clone(),
                offset: Some(self.offset + 80),
            },
            step if step < 3 + EVENTS_A_TRANSACTION => {
                self.left -= 1;
                let at = usize::try_from(self.left).unwrap_or(0) % self.rows.len();
                LogEvent::Rows { id: 7, kind: self.kind, payload: self.rows[at].clone() }
            }
            _ => {
                self.step = 0;
                self.offset += 8_192 * EVENTS_A_TRANSACTION;
                LogEvent::Commit { next: LogPlace { offset: self.offset, ..START } }
            }
        }))
    }
}

impl ChangeLog for Log {
    type Stream = Stream;

    async fn start(&self) -> Result<LogStart, PortError> {
        Err(PortError::permanent(Surface::Source, "nobody asks"))
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        Ok(LogEnd { place: START, executed: None, server_uuid: String::new() })
    }

    async fn is_visible(&self, _: &LogEnd) -> Result<bool, PortError> {
        Ok(true)
    }

    async fn open(&self, at: &OpenAt) -> Result<Result<Stream, LogGone>, PortError> {
        Ok(Ok(Stream {
            left: self.events,
            step: 0,
            offset: at.place.offset,
            kind: self.kind,
            table: self.table.clone(),
            map: table_map(),
            rows: (0..512).map(|number| rows_event(self.kind, number)).collect(),
        }))
    }

    async fn file_for(&self, _: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        Ok(None)
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let events: u64 = arguments.next().map_or(Ok(50_000), |events| events.parse())?;
    let kind = if arguments.next().as_deref() == Some("update") { 31 } else { 30 };
    let (world, table) = world()?;
    let objects = MemoryObjects::new(world.platform.faults.clone());
    let (log, queue) = (Log { events, kind, table }, Sink::default());
    let pace = ReaderPace { batches_outstanding_max: u64::MAX, ..ReaderPace::default() };
    let reader = Reader {
        records: &world.platform.table,
        queue: &queue,
        objects: &objects,
        log: &log,
        images: &mysql::Images,
        clock: &Wall,
        target_name: memory::TARGET,
        pace,
    };
    let budget = Budget { deadline: Wall.now().plus(Duration::from_secs(3_600)) };
    let (started, before) = (Instant::now(), processor_time().ok_or("no processor time")?);
    // Ends with the stream's last word.
    run(reader.handle(world.run, budget)).ok();
    let took = started.elapsed();
    let used = (processor_time().ok_or("no processor time")? - before).max(Duration::from_millis(10));
    let rows = events * u64::from(ROWS_AN_EVENT);
    let (batches, bytes) = queue.0.lock().map(|counts| *counts).unwrap_or_default();
    println!(
        "{:.2} million rows a second of processor time ({rows} rows in {used:?}, by the clock {took:.2?}); {batches} batches, {:.1} bytes a row",
        rows as f64 / used.as_secs_f64() / 1e6,
        bytes as f64 / rows as f64,
    );
    Ok(())
}

/// A run over one table that follows the log without GTIDs.
fn world() -> Result<(World, SourceTable), Failure> {
    let mut world = World::on(Platform::automatic());
    world.set("migration", "full_and_incremental".into());
    world.set("tuning", serde_json::json!({ "lanes": LANES }));
    world.add_table("orders", []);
    world.change_mapping(0, |mapping| {
        let mut columns = mapping.source.columns.clone();
        columns.truncate(1);
        for (at, (_, _, column_type)) in columns_of().into_iter().enumerate().skip(1) {
            let mut column: SourceColumn = mapping.source.columns[1].clone();
            column.name = migration::ident::ColumnName::new(format!("c{at}")).expect("invariant: a name");
            (column.column_type, column.charset) = (column_type, Some("utf8mb4".to_owned()));
            columns.push(column);
        }
        mapping.source.columns = columns;
        mapping.source.strings = StringDefault::default();
    });
    world.start();
    let mut run = world.stored_run();
    for event in [Event::PlanningEnded, Event::CatchUpBegan] {
        run.step(event, "example", UnixMs(1))?;
    }
    world.store(record::run(world.run), &run);
    let evidence =
        Evidence { server_uuid: String::new(), file_name: "binlog.000001".to_owned(), format: None };
    let state = ReaderState::starting(START, None, evidence, LANES, UnixMs(1));
    for lane in 0..LANES {
        world.store(record::lane(world.run, Lane(lane)), &LaneProgress::starting_at(state.position));
    }
    world.store(record::reader(world.run), &state);
    world.store(record::stamp(world.run), &RunStamp::At { stamp: UnixMs(1) });
    world.store(record::gate(world.run), &UnixMs(1));
    let table = world.mapping(0).source.clone();
    Ok((world, table))
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

/// This process's processor time, where the system tells it in ticks of a hundredth of a second.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// An order: its type numbers and metadata, and its columns' types.
fn columns_of() -> [(u8, &'static [u8], SourceType); 10] {
    [
        (8, &[], SourceType::Integer { bytes: 8, unsigned: false }),
        (3, &[], SourceType::Integer { bytes: 4, unsigned: true }),
        (15, &[0x90, 1], SourceType::Varchar { chars: 100, fixed: false }),
        (15, &[0x90, 1], SourceType::Varchar { chars: 100, fixed: false }),
        (246, &[12, 2], SourceType::Decimal { precision: 12, scale: 2 }),
        (18, &[6], SourceType::DateTime { digits: 6 }),
        (17, &[0], SourceType::Timestamp { digits: 0 }),
        (1, &[], SourceType::Integer { bytes: 1, unsigned: false }),
        (5, &[8], SourceType::Double),
        (15, &[0x20, 3], SourceType::Varchar { chars: 200, fixed: false }),
    ]
}

fn table_map() -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 4];
    payload.extend(b"shop\0\x06orders\0\x0a");
    payload.extend(columns_of().iter().map(|(number, ..)| *number));
    let metadata: Vec<u8> = columns_of().iter().flat_map(|(_, metadata, _)| metadata.to_vec()).collect();
    payload.push(u8::try_from(metadata.len()).unwrap_or(u8::MAX));
    payload.extend(metadata);
    payload.extend([0xff, 0x03]);
    payload
}

fn rows_event(kind: u8, number: u64) -> Vec<u8> {
    let mut random = memory::Random::seeded(number);
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 10, 0xff, 0x03];
    let images = if kind == 31 { 2 } else { 1 };
    if images == 2 {
        payload.extend([0xff, 0x03]);
    }
    for (row, image) in (0..ROWS_AN_EVENT).flat_map(|row| (0..images).map(move |image| (row, image))) {
        // Every eighth row has no note.
        payload.extend([0, if row % 8 == 0 { 0b10 } else { 0 }]);
        payload.extend((1_000_000_000 + number * 1_000 + u64::from(row)).to_le_bytes());
        payload.extend((row * 7 + image).to_le_bytes());
        payload.extend(b"\x12\x00");
        payload.extend(words(&mut random, 18));
        payload.extend(b"\x14\x00");
        payload.extend(words(&mut random, 12));
        payload.extend(b"@mail.de");
        payload.extend([0x80, 0, 0x12, 0xd6, 0x87, 0x32]);
        payload.extend([0x99, 0xb2, 0x40, 0x10, 0x83, 1, 2, 3]);
        payload.extend([0x65, 0x9b, 0x12, 0x34]);
        payload.push(3);
        payload.extend((f64::from(row) * 1.25).to_le_bytes());
        if row % 8 != 0 {
            payload.extend(b"\x1c\x00");
            payload.extend(words(&mut random, 28));
        }
    }
    payload
}

/// Text of this length that no two rows share.
fn words(random: &mut memory::Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| b"etaoinshrdlucmfw"[random.place(16)]).collect()
}
