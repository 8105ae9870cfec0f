//! A run that follows the log, readers that are invoked on it, and lanes that a test applies by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use memory::{MemoryImages, MemoryObjects, Platform, RowChange, TARGET, World, finish, row};
use migration::batch::{BatchHead, ChangeKind, Envelope, Item, Payload, inline_payload, read_payload};
use migration::ident::TableId;
use migration::lane::{Lane, LaneSeed};
use migration::lane_progress::LaneProgress;
use migration::lease::Lease;
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{ChangeLog, Clock, ObjectStore, QueueName, RowImages};
use migration::position::Position;
use migration::reader_state::{Evidence, ReaderState};
use migration::record::{self, Stored};
use migration::run::{Event, Run, State};
use migration::schema::SourceTable;
use migration::stamp::RunStamp;
use migration::value::{SourceRow, SourceValue, TargetValue, row_digest};
use serde_json::json;

/// Lanes of every run here.
pub(crate) const LANES: u16 = 4;
/// An invocation.
pub(crate) const SHORT: Duration = Duration::from_secs(3);

/// The world with what a reader needs besides.
pub(crate) struct Stand {
    pub(crate) world: World,
    pub(crate) objects: MemoryObjects,
    pub(crate) pace: ReaderPace,
}

/// What an operation of a batch does, in short: the key, and `+` for rows that are there, `-` for rows that are gone.
pub(crate) type Shown = (Position, String);

/// A batch with its operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shipped {
    pub(crate) head: BatchHead,
    pub(crate) shown: Vec<Shown>,
}

impl Stand {
    /// A run over `orders` and `items` that is catching up, its source with GTIDs.
    pub(crate) fn new() -> Self {
        Self::with(true)
    }

    pub(crate) fn with(gtids: bool) -> Self {
        let mut world = World::on(Platform::automatic());
        world.set("migration", json!("full_and_incremental"));
        world.set("tuning", json!({ "lanes": LANES }));
        world.add_table("orders", (0..10).map(row));
        world.add_table("items", (0..10).map(row));
        world.source.set_gtids(gtids);
        world.start();
        let objects = MemoryObjects::new(world.platform.faults.clone());
        let stand = Self { world, objects, pace: ReaderPace::default() };
        stand.begin();
        stand
    }

    fn begin(&self) {
        let world = &self.world;
        for event in [Event::PlanningEnded, Event::CatchUpBegan] {
            self.step(event);
        }
        let start = finish(world.source.log().start()).expect("invariant: what the test made");
        let evidence = Evidence { server_uuid: start.server_uuid, file_name: start.file_name, format: None };
        let now = world.platform.clock.now();
        let state = ReaderState::starting(start.place, start.executed, evidence, LANES, now);
        for lane in 0..LANES {
            let progress = LaneProgress::starting_at(state.position);
            world.store(record::lane(world.run, Lane(lane)), &progress);
        }
        world.store(record::reader(world.run), &state);
        world.store(record::stamp(world.run), &RunStamp::At { stamp: now });
        world.store(record::gate(world.run), &now);
    }

    /// Moves the run.
    pub(crate) fn step(&self, event: Event) {
        let mut run: Run = self.world.stored_run();
        run.step(event, "test", self.world.platform.clock.now()).expect("invariant: what the test made");
        self.world.store(record::run(self.world.run), &run);
    }

    /// One invocation.
    pub(crate) fn read_for(&self, span: Duration) -> Result<Outcome, HandlerError> {
        let log = self.world.source.log();
        let reader = Reader {
            records: &self.world.platform.table,
            queue: &self.world.platform.queue,
            objects: &self.objects,
            log: &log,
            images: &MemoryImages,
            clock: &self.world.platform.clock,
            target_name: TARGET,
            pace: self.pace,
        };
        finish(reader.handle(self.world.run, self.world.budget(span)))
    }

    /// One invocation that ends well.
    pub(crate) fn read(&self) {
        assert_eq!(self.read_for(SHORT).expect("invariant: what the test made"), Outcome::Done);
    }

    pub(crate) fn state(&self) -> ReaderState {
        self.world.load(&record::reader(self.world.run))
    }

    pub(crate) fn change_state(&self, change: impl FnOnce(&mut ReaderState)) {
        let mut state = self.state();
        change(&mut state);
        self.world.store(record::reader(self.world.run), &state);
    }

    pub(crate) fn lease(&self) -> Lease {
        let stored: Option<Stored<Lease>> = self.world.find(&record::reader_lease(self.world.run));
        stored.map_or_else(Lease::unheld, |stored| stored.value)
    }

    /// As if the holder had died under its lease, which has run out since.
    pub(crate) fn die(&self) {
        let token = self.lease().token;
        let until = self.world.platform.clock.now();
        self.world.store(record::reader_lease(self.world.run), &Lease { token, until });
    }

    pub(crate) fn lane(&self, lane: u16) -> LaneProgress {
        self.world.load(&record::lane(self.world.run, Lane(lane)))
    }

    pub(crate) fn table(&self, at: usize) -> TableId {
        self.world.mapping(at).source.id.clone()
    }

    /// Commits inserts of these keys into `orders`.
    pub(crate) fn insert(&self, keys: impl IntoIterator<Item = i64>) {
        let table = self.table(0);
        let insert = |key| RowChange::Insert { table: table.clone(), row: row(key) };
        self.world.source.commit(keys.into_iter().map(insert).collect());
    }

    /// Commits an update of a row of `orders` that moves it to another key, or leaves it at its own.
    pub(crate) fn update(&self, from: i64, to: i64) {
        let mut after = row(to);
        after[1] = SourceValue::Text(format!("updated {to}"));
        let update = RowChange::Update { table: self.table(0), before: row(from), after };
        self.world.source.commit(vec![update]);
    }

    pub(crate) fn delete(&self, key: i64) {
        self.world.source.commit(vec![RowChange::Delete { table: self.table(0), row: row(key) }]);
    }

    /// Every batch in the queue, in order.
    pub(crate) fn batches(&self) -> Vec<Shipped> {
        let bodies = self.world.platform.queue.bodies(QueueName::Changes);
        bodies.iter().filter(|body| Message::parse(body).is_err()).map(|body| self.shipped(body)).collect()
    }

    fn shipped(&self, body: &str) -> Shipped {
        let Envelope { head, payload } = Envelope::parse(body).expect("invariant: what the test made");
        let compressed = match payload {
            Payload::Inline(text) => inline_payload(&text).expect("invariant: what the test made"),
            Payload::Object(name) => finish(self.objects.get(&name))
                .expect("invariant: what the test made")
                .expect("the object is there"),
        };
        let changes = read_payload(&compressed).expect("invariant: what the test made");
        let mut shown = Vec::new();
        for item in changes.read() {
            if let Item::Change(change) = item.expect("invariant: what the test made") {
                shown.push((change.position, self.show(change.kind)));
            }
        }
        assert_eq!(shown.len(), head.operations as usize);
        assert_eq!(shown.first().map(|(at, _)| *at), Some(head.first));
        assert_eq!(shown.last().map(|(at, _)| *at), Some(head.last));
        Shipped { head, shown }
    }

    fn show(&self, kind: ChangeKind<'_>) -> String {
        let source: &SourceTable = &self.world.mapping(0).source;
        let map = u32::try_from(source.columns.len()).expect("invariant: what the test made").to_le_bytes();
        let shape = MemoryImages.shape(&map, source).expect("invariant: what the test made");
        let key = MemoryImages
            .columns(&shape, source.columns.iter().take(1).map(|column| &column.name))
            .expect("invariant: what the test made");
        let key_of = |image: &[u8]| -> SourceRow {
            MemoryImages.decode(&shape, &key, image).expect("invariant: what the test made")
        };
        let (sign, row) = match kind {
            ChangeKind::Insert { after } => ("+", key_of(after)),
            ChangeKind::Update { after, .. } => ("=", key_of(after)),
            ChangeKind::Delete { key } => ("-", key_of(key)),
        };
        match row.first() {
            Some(SourceValue::Int(id)) => format!("{sign}{id}"),
            _ => "?".to_owned(),
        }
    }

    /// Everything shipped in this epoch, in the log's order.
    pub(crate) fn operations(&self, epoch: u64) -> Vec<String> {
        let batches = self.batches().into_iter().filter(|batch| batch.head.epoch.0 == epoch);
        let mut all: Vec<Shown> = batches.flat_map(|batch| batch.shown).collect();
        all.sort();
        all.into_iter().map(|(_, shown)| shown).collect()
    }

    /// Lets every lane apply what it takes of the queue, in order, up to `most` batches a lane.
    pub(crate) fn apply(&self, most: usize) {
        let mut taken: BTreeMap<u16, usize> = BTreeMap::new();
        for batch in self.batches() {
            let lane = batch.head.lane.0;
            let progress = self.lane(lane);
            let taken = taken.entry(lane).or_insert(0);
            let BatchHead { epoch, seq, last, .. } = batch.head;
            if *taken < most && progress.judge(epoch, seq) == migration::lane_progress::Verdict::Take {
                *taken += 1;
                let now = self.world.platform.clock.now();
                let key = record::lane(self.world.run, Lane(lane));
                self.world.store(key, &progress.applied(epoch, seq, last, now));
            }
        }
    }

    /// Whether two keys of `orders` travel on one lane.
    pub(crate) fn is_one_lane(&self, one: i64, other: i64) -> bool {
        let seed = LaneSeed::of(&self.world.mapping(0).target.id);
        let lane = |key| seed.lane(row_digest(&[TargetValue::Int(key)]), LANES);
        lane(one) == lane(other)
    }

    /// The failure the run stopped with.
    pub(crate) fn failure(&self) -> String {
        let run = self.world.stored_run();
        assert_eq!(run.state, State::Failed);
        let failure = run.failure.expect("invariant: what the test made");
        format!("{} | {}", failure.what, failure.remedy)
    }

    /// How many messages wake a reader.
    pub(crate) fn wakes(&self) -> usize {
        self.world.platform.queue.bodies(QueueName::Read).len()
    }
}
