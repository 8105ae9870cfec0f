//! The reader's state against a simple model: random readers, lanes, losses and definitions, and no lane ever skips a
//! change or executes one twice out of turn.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::{any, proptest};
use proptest::test_runner::TestCaseError;

use super::{Evidence, ReaderState, Resume, Shipped};
use crate::barrier::Barrier;
use crate::gtid::{Gtid, GtidSet};
use crate::lane_progress::{Epoch, LaneProgress, Verdict};
use crate::position::{LogPlace, Position};
use crate::time::UnixMs;

mod act;

use act::{Act, LANES, Transaction, acts};

const ORIGIN: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/// A row's lane, position and name.
type Row = (usize, Position, u64);

#[derive(Debug, Clone)]
struct Batch {
    epoch: Epoch,
    seq: u64,
    rows: Vec<(Position, u64)>,
}

/// The source, the reader, the queue and the lanes.
struct Model {
    /// By number: when it was committed is its place in the list.
    log: Vec<Transaction>,
    /// The offset each server gives a transaction.
    server: u64,
    state: ReaderState,
    queue: Vec<Vec<Batch>>,
    late: Vec<Vec<Batch>>,
    progress: Vec<LaneProgress>,
    /// The rows each lane has applied, by number of transaction and ordinal, since its timeline began; and the newest.
    applied: Vec<BTreeMap<u64, usize>>,
    newest: Vec<u64>,
    definitions_executed: Vec<usize>,
}

/// A row's name that no server changes.
fn name(transaction: usize, ordinal: usize) -> u64 {
    (transaction as u64 + 1) * 1_000 + ordinal as u64
}

impl Model {
    fn new() -> Self {
        let place = LogPlace { file: 1, offset: 4 };
        let evidence =
            Evidence { server_uuid: String::new(), file_name: "b.000001".to_owned(), format: None };
        let state = ReaderState::starting(place, Some(GtidSet::default()), evidence, 3, UnixMs(0));
        Self {
            log: Vec::new(),
            server: 0,
            progress: vec![LaneProgress::starting_at(state.position); LANES],
            state,
            queue: vec![Vec::new(); LANES],
            late: vec![Vec::new(); LANES],
            applied: vec![BTreeMap::new(); LANES],
            newest: vec![0; LANES],
            definitions_executed: Vec::new(),
        }
    }

    /// Where a transaction starts on the current server.
    fn place(&self, transaction: usize) -> LogPlace {
        let step = 100 + self.server;
        LogPlace { file: 1 + self.server, offset: 4 + transaction as u64 * step }
    }

    fn executed(&self, transactions: usize) -> GtidSet {
        let mut set = GtidSet::default();
        for number in 1..=transactions as u64 {
            set.add(&gtid(number));
        }
        set
    }

    /// The operations behind the state's position, up to `most` rows or the next definition, with where reading stands then.
    fn read(&self, most: usize) -> (Vec<Row>, Position, Resume, Option<usize>) {
        let state = &self.state;
        let mut rows = Vec::new();
        let mut position = state.position;
        let skip = state.gtid.as_ref().map(|track| track.skip.clone()).unwrap_or_default();
        let from = self.log.iter().enumerate().position(|(at, _)| self.place(at) >= state.resume.place);
        let mut at = from.unwrap_or(self.log.len());
        assert_eq!(self.place(at), state.resume.place, "reading starts between transactions");
        let mut executed = state.resume.executed.clone().expect("invariant: GTIDs");
        assert_eq!(executed, self.executed(at), "what lies in front is counted exactly");
        while let Some(transaction) = self.log.get(at) {
            let start = Position::boundary(state.position.timeline, self.place(at));
            let number = gtid(at as u64 + 1);
            let is_passed = skip.contains(&number) || self.place(at) < state.position.transaction;
            match transaction {
                Transaction::Definition if !is_passed => {
                    return (rows, start.max(position), resume(self.place(at), executed), Some(at));
                }
                Transaction::Definition => {}
                Transaction::Rows(lanes) if !is_passed => {
                    for (ordinal, lane) in lanes.iter().enumerate() {
                        let row = start.row(ordinal as u64 + 1, 0);
                        if row <= state.position {
                            continue;
                        }
                        if rows.len() >= most {
                            return (rows, position, resume(self.place(at), executed), None);
                        }
                        rows.push((*lane, row, name(at, ordinal)));
                        position = row;
                    }
                }
                Transaction::Rows(_) => {}
            }
            at += 1;
            executed.add(&number);
            position = position.max(Position::boundary(state.position.timeline, self.place(at)));
        }
        (rows, position, resume(self.place(at), executed), None)
    }

    fn ship(&mut self, rows: usize, batch: usize, stores: bool) {
        if self.state.barrier.is_some() {
            return;
        }
        let (rows, position, resume, definition) = self.read(rows);
        let mut shipped = Vec::new();
        if let Some(track) = &mut self.state.gtid {
            for (_, row, _) in &rows {
                let offset = row.transaction.offset - 4;
                track.intent.add(&gtid(offset / (100 + self.server) + 1));
            }
        }
        for lane in 0..LANES {
            let of_lane: Vec<(Position, u64)> =
                rows.iter().filter(|row| row.0 == lane).map(|(_, at, name)| (*at, *name)).collect();
            let mut seq = self.state.lanes[lane].seq;
            for rows in of_lane.chunks(batch.max(1)) {
                seq += 1;
                self.queue[lane].push(Batch { epoch: self.state.epoch, seq, rows: rows.to_vec() });
            }
            if seq > self.state.lanes[lane].seq {
                shipped.push(Shipped { lane, seq, oldest: UnixMs(0) });
            }
        }
        if !stores {
            return self.restart();
        }
        let mut next = self.state.stored(&shipped, position, resume, &self.progress, UnixMs(0));
        if let Some(at) = definition {
            next.barrier = Some(Barrier {
                position: Position::boundary(next.position.timeline, self.place(at)).row(1, 0),
                stored: next.position,
                epoch: next.epoch,
                next: self.place(at + 1),
                gtid: Some(gtid(at as u64 + 1)),
                goes_on: false,
                committed_at: UnixMs(0),
                changes: Vec::new(),
                statement: at.to_string(),
            });
        }
        self.change(next);
    }

    fn restart(&mut self) {
        let next = self.state.new_epoch(&self.progress, UnixMs(0));
        assert_eq!(next.epoch.0, self.state.epoch.0 + 1);
        self.state = next;
        self.check();
    }

    /// Takes a stored state over, whose low-water marks never fall.
    fn change(&mut self, next: ReaderState) {
        for (before, after) in self.state.lanes.iter().zip(&next.lanes) {
            assert!(before.low <= after.low, "a low-water mark fell");
        }
        assert!(self.state.position <= next.position, "the position fell");
        self.state = next;
        self.check();
    }

    /// What is true of every state.
    fn check(&self) {
        let restart = self.state.restart_position(&self.progress);
        assert!(self.state.lowest() <= restart && restart <= self.state.position);
        let track = self.state.gtid.as_ref().expect("invariant: GTIDs");
        let first = track.checkpoints.first().expect("a checkpoint");
        assert!(first.place <= restart.transaction, "no checkpoint to restart from");
        for checkpoint in &track.checkpoints {
            let at = (0..=self.log.len()).find(|at| self.place(*at) == checkpoint.place);
            assert_eq!(checkpoint.executed, self.executed(at.expect("a boundary")), "an exact checkpoint");
        }
        if let Some(at) = self.definitions_executed.last() {
            assert!(restart.transaction >= self.place(at + 1), "a restart goes back behind a definition");
        }
    }

    fn apply(&mut self, lane: usize) -> Result<(), TestCaseError> {
        if self.queue[lane].is_empty() {
            return Ok(());
        }
        let batch = self.queue[lane].remove(0);
        match self.progress[lane].judge(batch.epoch, batch.seq) {
            Verdict::Stale => return Ok(()),
            Verdict::Gap => {
                self.progress[lane].gap = Some(batch.epoch);
                return Ok(());
            }
            Verdict::Take => {}
        }
        for (position, row) in &batch.rows {
            if self.progress[lane].covers(*position) {
                continue;
            }
            // What was committed before on this lane, and is not applied, would be skipped.
            for missing in self.names(lane).filter(|earlier| earlier < row) {
                assert!(self.applied[lane].contains_key(&missing), "lane {lane} skips {missing} for {row}");
            }
            let behind = self.definitions_executed.last().is_none_or(|at| *row > name(*at, 0));
            assert!(behind, "lane {lane} writes {row} behind the definition that follows it");
            *self.applied[lane].entry(*row).or_insert(0) += 1;
            self.newest[lane] = *row;
        }
        let last = batch.rows.last().map_or(self.progress[lane].applied, |(at, _)| *at);
        self.progress[lane] = self.progress[lane].applied(batch.epoch, batch.seq, last, UnixMs(0));
        Ok(())
    }

    /// The rows of a lane, in order.
    fn names(&self, lane: usize) -> impl Iterator<Item = u64> + '_ {
        let rows = |(at, transaction): (usize, &Transaction)| match transaction {
            Transaction::Rows(lanes) => lanes.iter().enumerate().map(|(o, l)| (*l, name(at, o))).collect(),
            Transaction::Definition => Vec::new(),
        };
        self.log.iter().enumerate().flat_map(rows).filter(move |(of, _)| *of == lane).map(|(_, name)| name)
    }

    fn pass(&mut self) {
        if !self.state.barrier_is_open(&self.progress) {
            return;
        }
        let Some(barrier) = self.state.barrier.clone() else { return };
        let at: usize = barrier.statement.parse().expect("invariant: a number");
        assert!(!self.definitions_executed.contains(&at), "a definition is executed twice");
        for lane in 0..LANES {
            for row in self.names(lane).filter(|row| *row < name(at, 0)) {
                assert!(self.applied[lane].contains_key(&row), "{row} is not applied at the definition");
            }
            assert!(self.newest[lane] < name(at, 0));
        }
        self.definitions_executed.push(at);
        let next = self.state.behind_barrier(&barrier, UnixMs(0));
        self.change(next);
    }

    fn switch(&mut self) {
        let Some((restart, intent)) = self.state.switch_proof(&self.progress) else { return };
        assert!(self.executed(self.log.len()).contains_all(intent));
        let restart = restart.clone();
        let known = (0..=self.log.len()).find(|at| self.executed(*at) == restart).expect("a boundary");
        // Every lane has applied what is passed over from now on.
        for lane in 0..LANES {
            for row in self.names(lane).filter(|row| *row < name(known, 0)) {
                assert!(self.applied[lane].contains_key(&row));
            }
        }
        self.server += 1;
        let place = self.place(known);
        let evidence = self.state.evidence.clone();
        self.state = self.state.switched(place, restart, evidence, UnixMs(0));
        self.check();
    }

    /// The source is quiet, nothing is lost any more: everything is applied, the newest of each lane last.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..20 + 4 * self.log.len() {
            self.ship(1_000, 5, true);
            for lane in 0..LANES {
                while !self.queue[lane].is_empty() {
                    self.apply(lane)?;
                }
            }
            let gap = self.progress.iter().any(|lane| lane.gap == Some(self.state.epoch));
            if gap || self.state.any_outstanding(&self.progress) {
                self.restart();
            }
            self.pass();
        }
        assert!(self.state.barrier.is_none());
        for lane in 0..LANES {
            let names: Vec<u64> = self.names(lane).collect();
            let applied: Vec<u64> = self.applied[lane].keys().copied().collect();
            assert_eq!(applied, names, "lane {lane}");
            assert_eq!(self.newest[lane], names.last().copied().unwrap_or_default());
        }
        Ok(())
    }

    fn act(&mut self, act: Act) -> Result<(), TestCaseError> {
        match act {
            Act::Commit(transaction) => self.log.push(transaction),
            Act::Ship { rows, batch } => self.ship(rows, batch, true),
            Act::ShipAndDie { rows, batch } => self.ship(rows, batch, false),
            Act::ShipLate { rows, batch } => {
                let before: Vec<usize> = self.queue.iter().map(Vec::len).collect();
                self.ship(rows, batch, false);
                for (lane, before) in before.into_iter().enumerate() {
                    let sent = self.queue[lane].split_off(before);
                    self.late[lane].extend(sent);
                }
            }
            Act::Land => {
                for (queue, late) in self.queue.iter_mut().zip(&mut self.late) {
                    queue.append(late);
                }
            }
            Act::Apply(lane) => self.apply(lane)?,
            Act::Lose(lane) if !self.queue[lane].is_empty() => drop(self.queue[lane].remove(0)),
            Act::Lose(_) => {}
            Act::Purge => self.queue.iter_mut().for_each(Vec::clear),
            Act::Restart => self.restart(),
            Act::Pass => self.pass(),
            Act::Switch => self.switch(),
        }
        Ok(())
    }
}

fn gtid(number: u64) -> Gtid {
    Gtid { origin: ORIGIN.to_owned(), number }
}

fn resume(place: LogPlace, executed: GtidSet) -> Resume {
    Resume { place, executed: Some(executed), inside: None }
}

proptest! {
    #[test]
    fn no_lane_skips_a_change_or_goes_back_behind_a_definition(acts in acts()) {
        let mut model = Model::new();
        for act in acts {
            model.act(act)?;
        }
        model.settle()?;
    }

    #[test]
    fn a_watch_asks_only_for_lanes_that_stand_still(moves in proptest::collection::vec(any::<bool>(), 1..40)) {
        let mut model = Model::new();
        model.log.push(Transaction::Rows(vec![0; 60]));
        model.ship(60, 1, true);
        let patience = Duration::from_secs(10);
        let (mut now, mut still) = (UnixMs(1), Duration::ZERO);
        model.state.watch(&model.progress, patience, now);
        for moves in moves {
            now = now.plus(Duration::from_secs(3));
            still += Duration::from_secs(3);
            if moves {
                model.apply(0)?;
                still = Duration::ZERO;
            }
            let stalled = model.state.watch(&model.progress, patience, now);
            assert_eq!(stalled, if still >= patience { vec![0] } else { Vec::new() });
        }
    }
}
