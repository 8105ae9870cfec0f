//! Lanes applied to the stand-in, with records and payloads in a data folder: changes of several lanes at once, a value that
//! becomes NULL, and a target that takes neither NULLs nor a time on DELETE.

use std::collections::BTreeMap;
use std::time::Duration;

use clock::SystemClock;
use embedded::{ObjectFolder, QueueSettings, Store};
use event_applier::Applier;
use memory::{MemoryImages, Platform, World, row};
use migration::batch::{BatchHead, ChangeKind, Envelope, PayloadWriter};
use migration::budget::Budget;
use migration::capabilities::{Capabilities, Measured};
use migration::lane::Lane;
use migration::lane_progress::{Epoch, LaneProgress};
use migration::outcome::Outcome;
use migration::port::{CheckpointTable, Commit};
use migration::position::{LogPlace, Position, Timeline};
use migration::record::{self, TableNumber, TaskHead};
use migration::run::{Event, Run, RunId};
use migration::schema::{SchemaVersion, TableMapping};
use migration::table_plan::TableRecord;
use migration::value::{SourceRow, SourceValue};
use serde_json::json;

use super::stand::{Stand, now};

const TASK: &str = "applying";
const LANES: u16 = 4;

struct Follow {
    stand: Stand,
    store: Store<SystemClock>,
    objects: ObjectFolder,
    clock: SystemClock,
    run: RunId,
    mapping: TableMapping,
    rows: BTreeMap<i64, SourceRow>,
    seqs: [u64; LANES as usize],
    next: u64,
    _folder: servers::Scratch,
}

fn noted(id: i64, note: Option<&str>) -> SourceRow {
    let mut row = row(id);
    row[1] = note.map_or(SourceValue::Null, |note| SourceValue::Text(note.to_owned()));
    row
}

/// An image as `MemoryImages` reads it.
fn image(row: &[SourceValue]) -> Vec<u8> {
    let mut out = vec![0];
    for (at, value) in row.iter().enumerate() {
        let (tag, bytes) = match value {
            SourceValue::Null => {
                out[0] |= 1 << at;
                continue;
            }
            SourceValue::Int(number) => (1, number.to_le_bytes().to_vec()),
            SourceValue::Text(text) => (3, text.clone().into_bytes()),
            SourceValue::Date(date) => (5, [&date.year.to_le_bytes()[..], &[date.month, date.day]].concat()),
            other => panic!("no row here has a {other:?}"),
        };
        out.push(tag);
        out.extend(u32::try_from(bytes.len()).expect("a short value").to_le_bytes());
        out.extend(bytes);
    }
    out
}

impl Follow {
    async fn new(assumptions: &[&str], capabilities: Capabilities) -> Self {
        let stand = Stand::with(assumptions).await;
        let mut world = World::on(Platform::automatic());
        world.add_table("orders", []);
        let mapping = world.mapping(0).clone();
        stand.create(&mapping).await;
        let (folder, clock) = (servers::Scratch::new().expect("a folder"), SystemClock::new());
        let path = folder.path();
        let store = Store::open(path, clock.clone(), QueueSettings::new(TASK)).expect("a store");
        let objects = ObjectFolder::new(path.join("objects"));
        let run = Self::start(&store, world.run, &mapping, capabilities).await;
        let (rows, seqs) = (BTreeMap::new(), [0; LANES as usize]);
        Self { stand, store, objects, clock, run, mapping, rows, seqs, next: 100, _folder: folder }
    }

    /// Stores the records of a run that follows the log.
    async fn start(
        store: &Store<SystemClock>,
        id: RunId,
        mapping: &TableMapping,
        measured: Capabilities,
    ) -> RunId {
        let mut run = Run::created(id, TASK.to_owned(), now());
        for event in [Event::PrecheckStarted, Event::PrecheckPassed, Event::PlanningEnded] {
            run.step(event, "test", now()).expect("a new run starts");
        }
        run.capabilities = Some(measured);
        let document = json!({
            "name": TASK,
            "source": { "host": "source.example", "user": "ferry", "tls": { "mode": "disabled" } },
            "target": { "host": "target.example", "user": "root", "tls": { "mode": "disabled" } },
            "migration": "full_and_incremental",
            "objects": [{ "database": "shop" }],
        });
        let table = TableRecord::new(TableNumber(0), mapping.clone());
        let mut writes = vec![
            record::put_new(record::run(id), &run),
            record::put_new(record::head(TASK), &TaskHead::with(id, document)),
            record::put_new(record::table(id, TableNumber(0)), &table),
        ];
        let lane = LaneProgress::starting_at(Position::default());
        writes.extend((0..LANES).map(|number| record::put_new(record::lane(id, Lane(number)), &lane)));
        assert_eq!(store.commit(writes).await.expect("the store answers"), Commit::Stored);
        id
    }

    /// The next batches, one a lane: a row for each id, gone where there is none.
    fn batches(&mut self, changes: &[(i64, Option<SourceRow>)]) -> Vec<String> {
        self.next += 100;
        let at = Position::boundary(Timeline(0), LogPlace { file: 1, offset: self.next });
        let mut writers: Vec<PayloadWriter> = (0..LANES).map(|_| PayloadWriter::default()).collect();
        let tables: Vec<_> =
            writers.iter_mut().map(|writer| writer.table(TableNumber(0), &3u32.to_le_bytes())).collect();
        for (ordinal, (id, row)) in (1..).zip(changes) {
            let lane = usize::try_from(id.rem_euclid(i64::from(LANES))).expect("a lane");
            let (writer, position) = (&mut writers[lane], at.row(ordinal, 0));
            let before = self.rows.get(id).map(|row| image(row));
            let after = row.as_ref().map(|row| image(row));
            let key = image(&[SourceValue::Int(*id)]);
            let kind = match (&before, &after) {
                (None, Some(after)) => ChangeKind::Insert { after },
                (Some(before), Some(after)) => ChangeKind::Update { nulls_before: &before[..1], after },
                (_, None) => ChangeKind::Delete { key: &key },
            };
            writer.add(tables[lane], position, now(), kind);
            match row {
                Some(row) => drop(self.rows.insert(*id, row.clone())),
                None => drop(self.rows.remove(id)),
            }
        }
        let full = writers.iter().enumerate().filter(|(_, writer)| !writer.is_empty());
        full.map(|(lane, writer)| {
            self.seqs[lane] += 1;
            let (first, last, committed_at) = writer.span().expect("it holds operations");
            let head = BatchHead {
                run: self.run,
                epoch: Epoch(1),
                lane: Lane(u16::try_from(lane).expect("a lane")),
                seq: self.seqs[lane],
                schema: SchemaVersion(0),
                first,
                last,
                operations: writer.operations(),
                committed_at,
            };
            Envelope::inline(head, &writer.compressed()).expect("a small batch").outgoing().body
        })
        .collect()
    }

    /// Applies batches of different lanes at once.
    async fn apply(&self, bodies: &[String], span: Duration) {
        let applier = Applier {
            records: &self.store,
            queue: &self.store,
            objects: &self.objects,
            target: &self.stand.target,
            images: &MemoryImages,
            clock: &self.clock,
            target_name: "target.example:33060",
        };
        let budget = Budget { deadline: now().plus(span) };
        let lanes = bodies.iter().map(|body| {
            let (applier, body) = (&applier, [body.as_str()]);
            async move { applier.handle(&body, budget).await }
        });
        for results in futures_util::future::join_all(lanes).await {
            assert!(matches!(results[..], [Ok(Outcome::Done)]), "{results:?}");
        }
    }

    async fn assert_equal(&self) {
        let mut found = self.stand.all(&self.mapping).await;
        let wanted =
            self.rows.values().map(|row| self.mapping.convert_row(row.clone(), &mut 0).expect("a good row"));
        let mut wanted: Vec<_> = wanted.collect();
        found.sort_by_key(|row| format!("{:?}", row[0]));
        wanted.sort_by_key(|row| format!("{:?}", row[0]));
        assert_eq!(found, wanted);
    }
}

async fn changes_end_as_the_source(assumptions: &[&str], capabilities: Capabilities, span: Duration) {
    let mut follow = Follow::new(assumptions, capabilities).await;
    let inserts: Vec<_> = (0..2_000).map(|id| (id, Some(noted(id, Some("new"))))).collect();
    let bodies = follow.batches(&inserts);
    follow.apply(&bodies, span).await;
    follow.assert_equal().await;
    let changes: Vec<_> = (0..2_100)
        .map(|id| match id % 7 {
            0 => (id, None),
            1 => (id, Some(noted(id, None))),
            _ => (id, Some(noted(id, Some("changed")))),
        })
        .filter(|(id, row)| *id < 2_000 || row.is_some())
        .collect();
    let bodies = follow.batches(&changes);
    follow.apply(&bodies, span).await;
    follow.assert_equal().await;
    let back: Vec<_> = (0..700).map(|id| (id * 3, Some(noted(id * 3, None)))).collect();
    let bodies = follow.batches(&back);
    follow.apply(&bodies, span).await;
    follow.assert_equal().await;
}

#[tokio::test]
async fn changes_of_several_lanes_end_as_the_source() {
    changes_end_as_the_source(&[], Capabilities::all_shown(), Duration::from_secs(20)).await;
}

#[tokio::test]
async fn they_do_where_null_is_not_taken_and_a_delete_takes_no_time() {
    let capabilities = Capabilities {
        null_taken: Measured::No,
        delete_timeout_hint: Measured::No,
        ..Capabilities::all_shown()
    };
    let assumptions = ["null_write=refused", "timeout_on_delete=refused"];
    changes_end_as_the_source(&assumptions, capabilities, Duration::from_secs(20)).await;
}
