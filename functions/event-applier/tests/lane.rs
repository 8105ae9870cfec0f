//! A run whose log is followed, with one lane; batches made by hand, and the rows the target must hold.

use std::collections::BTreeMap;
use std::time::Duration;

use event_applier::Applier;
use memory::{MemoryImages, Platform, TARGET, World, finish, row};
use migration::batch::{BatchHead, ChangeKind, Envelope, PayloadWriter, TableAt, object_name};
use migration::lane::Lane;
use migration::lane_progress::{Epoch, LaneProgress};
use migration::lease::Lease;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, ObjectStore};
use migration::position::{LogPlace, Position, Timeline};
use migration::record::{self, TableNumber};
use migration::schema::{MARKER_COLUMN, SchemaVersion};
use migration::value::{SourceRow, SourceValue, TargetValue};
use serde_json::json;

pub(crate) const LANE: Lane = Lane(0);

/// One change of the source, by key.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Put(i64, Option<&'static str>),
    Row(SourceRow),
    Remove(i64),
}

pub(crate) struct Follow {
    pub(crate) world: World,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) schema: u32,
    /// What the source holds.
    pub(crate) rows: BTreeMap<i64, SourceRow>,
    next: u64,
}

/// A row with this note.
pub(crate) fn noted(id: i64, note: Option<&str>) -> SourceRow {
    let mut row = row(id);
    row[1] = note.map_or(SourceValue::Null, |note| SourceValue::Text(note.to_owned()));
    row
}

/// An image as `MemoryImages` reads it.
pub(crate) fn image(row: &[SourceValue], columns: usize) -> Vec<u8> {
    let mut out = vec![0; columns.div_ceil(8)];
    for (at, value) in row.iter().enumerate() {
        if *value == SourceValue::Null {
            out[at / 8] |= 1 << (at % 8);
        }
    }
    for value in row {
        let (tag, bytes) = match value {
            SourceValue::Null => continue,
            SourceValue::Int(number) => (1, number.to_le_bytes().to_vec()),
            SourceValue::Text(text) => (3, text.clone().into_bytes()),
            SourceValue::Date(date) => (5, [&date.year.to_le_bytes()[..], &[date.month, date.day]].concat()),
            other => panic!("no test has a {other:?}"),
        };
        out.push(tag);
        out.extend(u32::try_from(bytes.len()).expect("a short value").to_le_bytes());
        out.extend(bytes);
    }
    out
}

impl Follow {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A run over one table, changed before it starts.
    pub(crate) fn with(change: impl FnOnce(&mut World)) -> Self {
        let mut world = World::on(Platform::automatic());
        world.add_table("orders", []);
        world.set("migration", json!("full_and_incremental"));
        change(&mut world);
        world.start();
        world.plan();
        world.platform.clock.advance(Duration::from_secs(10));
        let start = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 4 });
        world.store(record::lane(world.run, LANE), &LaneProgress::starting_at(start));
        Self { world, epoch: 1, seq: 0, schema: 0, rows: BTreeMap::new(), next: 100 }
    }

    /// The next transaction's start.
    pub(crate) fn position(&mut self) -> Position {
        self.next += 100;
        Position::boundary(Timeline(0), LogPlace { file: 1, offset: self.next })
    }

    /// The next batch of the lane: a transaction with these changes.
    pub(crate) fn batch(&mut self, ops: &[Op]) -> String {
        let at = self.position();
        self.seq += 1;
        self.batch_at(at, ops)
    }

    /// A batch whose transaction starts at `at`, with the number that counts now.
    pub(crate) fn batch_at(&mut self, at: Position, ops: &[Op]) -> String {
        let (head, compressed) = self.payload(at, ops);
        Envelope::inline(head, &compressed).expect("a small batch").outgoing().body
    }

    /// The next batch with its payload in the object store.
    pub(crate) fn batch_in_store(&mut self, ops: &[Op]) -> String {
        let at = self.position();
        self.seq += 1;
        let (head, compressed) = self.payload(at, ops);
        let name = object_name(&head);
        finish(self.world.platform.objects.put(&name, compressed)).expect("no fault is set");
        let payload = migration::batch::Payload::Object(name);
        Envelope { head, payload }.outgoing().body
    }

    fn payload(&mut self, at: Position, ops: &[Op]) -> (BatchHead, Vec<u8>) {
        let mut writer = PayloadWriter::default();
        let table = writer.table(TableNumber(0), &3u32.to_le_bytes());
        let committed = self.world.platform.clock.now();
        for (ordinal, op) in (1..).zip(ops) {
            let position = at.row(ordinal, 0);
            match op {
                Op::Put(id, note) => self.put(&mut writer, table, position, noted(*id, *note)),
                Op::Row(row) => self.put(&mut writer, table, position, row.clone()),
                Op::Remove(id) => {
                    self.rows.remove(id);
                    let key = image(&[SourceValue::Int(*id)], 3);
                    writer.add(table, position, committed, ChangeKind::Delete { key: &key });
                }
            }
        }
        let (first, last, committed_at) = writer.span().expect("a batch has changes");
        let head = BatchHead {
            run: self.world.run,
            epoch: Epoch(self.epoch),
            lane: LANE,
            seq: self.seq,
            schema: SchemaVersion(self.schema),
            first,
            last,
            operations: writer.operations(),
            committed_at,
        };
        (head, writer.compressed())
    }

    fn put(&mut self, writer: &mut PayloadWriter, table: TableAt, position: Position, row: SourceRow) {
        let SourceValue::Int(id) = row[0] else { panic!("a key is a number") };
        let after = image(&row, 3);
        let before = self.rows.insert(id, row).map(|row| image(&row, 3));
        let kind = match &before {
            None => ChangeKind::Insert { after: &after },
            Some(before) => ChangeKind::Update { nulls_before: &before[..1], after: &after },
        };
        writer.add(table, position, self.world.platform.clock.now(), kind);
    }

    pub(crate) fn handle(&self, bodies: &[String]) -> Vec<Result<Outcome, HandlerError>> {
        self.handle_within(bodies, Duration::from_secs(60))
    }

    pub(crate) fn handle_within(
        &self,
        bodies: &[String],
        span: Duration,
    ) -> Vec<Result<Outcome, HandlerError>> {
        let World { platform, target, .. } = &self.world;
        let applier = Applier {
            records: &platform.table,
            queue: &platform.queue,
            objects: &platform.objects,
            target,
            images: &MemoryImages,
            clock: &platform.clock,
            target_name: TARGET,
        };
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let results = finish(applier.handle(&bodies, self.world.budget(span)));
        assert_eq!(results.len(), bodies.len());
        results
    }

    /// Handles bodies that must all be done with.
    pub(crate) fn apply(&self, bodies: &[String]) {
        for result in self.handle(bodies) {
            assert_eq!(result.expect("no error"), Outcome::Done);
        }
    }

    pub(crate) fn progress(&self) -> LaneProgress {
        self.world.load(&record::lane(self.world.run, LANE))
    }

    pub(crate) fn lease(&self) -> Lease {
        self.world.load(&record::lane_lease(self.world.run, LANE))
    }

    /// The target holds exactly the source's rows.
    pub(crate) fn assert_equal(&self) {
        let mapping = self.world.mapping(0);
        let names = || mapping.columns.iter().map(|column| column.target.as_str().to_owned());
        let wanted: BTreeMap<i64, BTreeMap<String, TargetValue>> = self
            .rows
            .iter()
            .map(|(id, row)| {
                let row = mapping.convert_row(row.clone(), &mut 0).expect("it can be carried");
                (*id, names().zip(row).filter(|(_, value)| *value != TargetValue::Null).collect())
            })
            .collect();
        let mut found = self.world.copied(0);
        found.values_mut().for_each(|row| drop(row.remove(MARKER_COLUMN)));
        assert_eq!(found, wanted);
    }
}
