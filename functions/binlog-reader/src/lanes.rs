//! The batches that are being filled, one a lane.
//!
//! # Why a batch says everything an applier needs
//!
//! 1. A batch holds operations of one epoch and one schema version: buffers are emptied before either changes.
//! 2. Its numbers go up by one in a lane, from what the state says was shipped. A batch is sealed once, and its bytes
//!    are sent as they are however often, so no two batches of one number ever differ within an epoch: an epoch that
//!    sent a batch nobody stored is never gone on with.
//! 3. What is cut off to be shipped is packed apart from the buffers (`load`), which go on being filled.
//! 4. The halves of a key change may be cut apart by the end of a batch, because they are two positions (protocol H1).

use migration::batch::{BatchHead, ChangeKind, Packed, PayloadWriter, TableAt};
use migration::gtid::{Gtid, GtidSet};
use migration::lane::Lane;
use migration::position::Position;
use migration::reader_state::{ReaderState, Shipped};
use migration::record::TableNumber;
use migration::run::RunId;
use migration::time::UnixMs;

use crate::cursor::Reached;
use crate::load::{Kit, Load};
use crate::pace::ReaderPace;

/// A batch that is complete.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) lane: Lane,
    pub(crate) packed: Packed,
}

#[derive(Debug, Default)]
struct Buffer {
    writer: PayloadWriter,
    /// Tells the tables named in this payload from those of the one before.
    payload: u64,
    /// The number of the newest sealed batch.
    seq: u64,
    /// When the first change since the last store was committed.
    oldest: Option<UnixMs>,
}

/// Where a table was named last in each lane's payload.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placed(Vec<Option<(u64, TableAt)>>);

/// The buffers of all lanes.
#[derive(Debug)]
pub(crate) struct Lanes {
    head: BatchHead,
    pace: ReaderPace,
    buffers: Vec<Buffer>,
    /// Payloads that are complete.
    closed: Vec<(BatchHead, PayloadWriter)>,
    kit: Kit,
    /// What was cut off and is not sent yet.
    under_way: Option<Load>,
    bytes: usize,
    /// Operations since the last flush.
    operations: u64,
    /// When the first row since the last flush came in.
    since: Option<UnixMs>,
    gtids: GtidSet,
    anonymous: bool,
}

/// One operation on its way to a lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Routed<'a> {
    pub(crate) lane: Lane,
    pub(crate) position: Position,
    pub(crate) committed_at: UnixMs,
    pub(crate) kind: ChangeKind<'a>,
}

impl Lanes {
    /// Empty buffers that go on numbering where the state ends.
    pub(crate) fn of(run: RunId, state: &ReaderState, pace: ReaderPace) -> Self {
        let head = BatchHead {
            run,
            epoch: state.epoch,
            lane: Lane(0),
            seq: 0,
            schema: state.schema,
            first: state.position,
            last: state.position,
            operations: 0,
            committed_at: state.committed_at,
        };
        let buffer = |seq| Buffer { seq, ..Buffer::default() };
        Self {
            head,
            pace,
            buffers: state.lanes.iter().map(|shipping| buffer(shipping.seq)).collect(),
            closed: Vec::new(),
            kit: Kit::default(),
            under_way: None,
            bytes: 0,
            operations: 0,
            since: None,
            gtids: GtidSet::default(),
            anonymous: false,
        }
    }

    /// How many lanes there are.
    pub(crate) fn count(&self) -> u16 {
        u16::try_from(self.buffers.len()).unwrap_or(u16::MAX)
    }

    /// Adds an operation to its lane.
    pub(crate) fn add(&mut self, table: (TableNumber, &[u8]), placed: &mut Placed, routed: Routed<'_>) {
        let lane = usize::from(routed.lane.0);
        let Some(buffer) = self.buffers.get_mut(lane) else { return };
        let before = buffer.writer.len();
        if placed.0.len() <= lane {
            placed.0.resize(lane + 1, None);
        }
        let at = match placed.0.get(lane).copied().flatten().filter(|(payload, _)| *payload == buffer.payload)
        {
            Some((_, at)) => at,
            None => {
                let at = buffer.writer.table(table.0, table.1);
                if let Some(slot) = placed.0.get_mut(lane) {
                    *slot = Some((buffer.payload, at));
                }
                at
            }
        };
        buffer.writer.add(at, routed.position, routed.committed_at, routed.kind);
        buffer.oldest.get_or_insert(routed.committed_at);
        self.bytes += buffer.writer.len() - before;
        self.operations += 1;
        if buffer.writer.len() >= self.pace.batch_bytes
            || buffer.writer.operations() >= self.pace.batch_operations
        {
            self.close(lane);
        }
    }

    /// Operations since the last flush.
    pub(crate) fn operations(&self) -> u64 {
        self.operations
    }

    /// Notes that rows of a transaction came in.
    pub(crate) fn note(&mut self, gtid: Option<&Gtid>, now: UnixMs) {
        self.since.get_or_insert(now);
        match gtid {
            Some(gtid) => self.gtids.add(gtid),
            None => self.anonymous = true,
        }
    }

    fn close(&mut self, lane: usize) {
        let Some(buffer) = self.buffers.get_mut(lane) else { return };
        let Some((first, last, committed_at)) = buffer.writer.span() else { return };
        buffer.payload += 1;
        buffer.seq += 1;
        let lane = Lane(u16::try_from(lane).unwrap_or(u16::MAX));
        let (seq, operations) = (buffer.seq, buffer.writer.operations());
        let head = BatchHead { lane, seq, first, last, operations, committed_at, ..self.head };
        let writer = std::mem::replace(&mut buffer.writer, self.kit.writer());
        self.closed.push((head, writer));
    }

    /// Whether nothing waits to be shipped.
    pub(crate) fn is_empty(&self) -> bool {
        self.since.is_none()
    }

    /// Whether so much waits that it is shipped even inside a transaction: before a batch of each lane is full, so
    /// that evenly filled lanes have one each.
    pub(crate) fn is_full(&self) -> bool {
        let all = self.pace.batch_bytes.saturating_mul(self.buffers.len().max(1));
        self.bytes >= all - all / 4
    }

    /// Whether the first row has waited long enough.
    pub(crate) fn is_due(&self, now: UnixMs) -> bool {
        self.since.is_some_and(|since| since.until(now) >= self.pace.flush_after)
    }

    /// Everything that waits, in order, on its way to be packed; the buffers are empty afterwards.
    pub(crate) fn cut(&mut self, reached: Reached) -> Load {
        for lane in 0..self.buffers.len() {
            self.close(lane);
        }
        let shipped = self.buffers.iter_mut().enumerate().filter_map(|(lane, buffer)| {
            buffer.oldest.take().map(|oldest| Shipped { lane, seq: buffer.seq, oldest })
        });
        let shipped = shipped.collect();
        (self.bytes, self.operations) = (0, 0);
        self.since = None;
        let packing = std::mem::take(&mut self.kit).pack(std::mem::take(&mut self.closed));
        let anonymous = std::mem::take(&mut self.anonymous);
        Load { reached, shipped, gtids: std::mem::take(&mut self.gtids), anonymous, packing }
    }

    /// Takes back the memory of a load that is packed.
    pub(crate) fn put_back(&mut self, kit: Kit) {
        self.kit = kit;
    }

    /// Where the load is kept that is under way.
    pub(crate) fn under_way(&mut self) -> &mut Option<Load> {
        &mut self.under_way
    }

    /// Whether a load is under way.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether a load is under way and packed.
    pub(crate) fn is_packed(&self) -> bool {
        self.under_way.as_ref().is_some_and(|load| load.packing.is_done())
    }
}
