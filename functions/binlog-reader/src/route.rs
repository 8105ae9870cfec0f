//! From a row of the log to an operation on its lane: the hot path.
//!
//! # Why all changes of a row travel in order
//!
//! 1. The lane is a hash of the target table and the key as the target holds it, so whatever is one row there is one lane.
//! 2. Keys are compared by that form as well: an UPDATE that gives a row another target key is a delete of the old key at
//!    part 0 and an insert of the new at part 1. Equal bytes up to the last key column decode to equal keys, which
//!    saves decoding the image before; other bytes are decoded and compared by digest.
//! 3. A key value that cannot be carried counts as NULL in the digest, as it does where the copy and the applier name a
//!    bad row. So every change of such a row takes one lane, and *the applier judges it* by the task's policy: there is
//!    one judge, who sees the whole row and keeps the list of rejects.
//! 4. An image that does not fit the table as it is known stops the run. Nothing is guessed from a part of a row.

use std::collections::HashMap;
use std::sync::Arc;

use migration::batch::ChangeKind;
use migration::ident::TableId;
use migration::lane::LaneSeed;
use migration::mutation::{self, Rule};
use migration::port::{ImageFault, RawChange, RowImages};
use migration::position::Position;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;
use migration::value::{Conversion, Digest, SourceRow, TargetValue, row_digest};

use crate::lanes::{Lanes, Placed, Routed};
use crate::tables::Standing;

/// Table maps kept before those of older statements are forgotten.
const SHAPES_MAX: usize = 4_096;

/// A table whose rows are routed.
#[derive(Debug)]
struct Followed<S, C> {
    record: Arc<TableRecord>,
    seed: LaneSeed,
    map: Vec<u8>,
    shape: S,
    key: C,
    conversions: Vec<Conversion>,
    placed: Placed,
}

#[derive(Debug)]
enum Known<S, C> {
    Followed(Box<Followed<S, C>>),
    Other,
    Undecided(TableId),
}

/// The tables of the current statement and of those before, by the number rows name them by.
#[derive(Debug)]
pub(crate) struct Router<S, C> {
    tables: HashMap<u64, Known<S, C>>,
    /// A key's values on both sides; their memory is used again.
    scratch: (SourceRow, Vec<TargetValue>),
}

/// Why rows cannot be routed.
#[derive(Debug)]
pub(crate) enum Unroutable {
    /// The images do not fit the table.
    Fault(TableId, ImageFault),
    /// The table is selected, and has no record.
    Undecided(TableId),
    /// No table map explains the number.
    Unmapped,
}

/// The rows of one event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) id: u64,
    pub(crate) kind: u8,
    pub(crate) payload: &'a [u8],
    /// The transaction's boundary.
    pub(crate) transaction: Position,
    pub(crate) committed_at: UnixMs,
    /// Operations up to it are passed over.
    pub(crate) covered: Position,
}

impl<S, C> Router<S, C> {
    /// Knows no table.
    pub(crate) fn new() -> Self {
        Self { tables: HashMap::new(), scratch: (SourceRow::new(), Vec::new()) }
    }

    /// Forgets every table: their definitions have changed.
    pub(crate) fn forget(&mut self) {
        self.tables.clear();
    }

    /// A transaction begins: no table map before it is needed any more.
    pub(crate) fn begin(&mut self) {
        if self.tables.len() >= SHAPES_MAX {
            self.tables.clear();
        }
    }

    /// A table map was read.
    pub(crate) fn table<I: RowImages<Shape = S, Columns = C>>(
        &mut self,
        images: &I,
        id: u64,
        map: Vec<u8>,
        table: TableId,
        standing: impl FnOnce() -> Standing,
    ) -> Result<(), Unroutable> {
        if let Some(Known::Followed(known)) = self.tables.get(&id)
            && known.map == map
            && known.record.mapping.source.id == table
        {
            return Ok(());
        }
        let known = match standing() {
            Standing::Other => Known::Other,
            Standing::Undecided => Known::Undecided(table),
            Standing::Followed(record) => {
                let fault = |fault| Unroutable::Fault(table.clone(), fault);
                Known::Followed(Box::new(Followed::new(images, record, map).map_err(fault)?))
            }
        };
        self.tables.insert(id, known);
        Ok(())
    }

    /// Whether rows under this number are passed over.
    pub(crate) fn passes(&self, id: u64) -> bool {
        matches!(self.tables.get(&id), Some(Known::Other))
    }

    /// Routes the rows of an event; `ordinal` counts them.
    pub(crate) fn route<I: RowImages<Shape = S, Columns = C>>(
        &mut self,
        images: &I,
        rows: Rows<'_>,
        ordinal: &mut u64,
        lanes: &mut Lanes,
    ) -> Result<(), Unroutable> {
        let table = match self.tables.get_mut(&rows.id) {
            Some(Known::Followed(table)) => table,
            Some(Known::Other) => return Ok(()),
            Some(Known::Undecided(table)) => return Err(Unroutable::Undecided(table.clone())),
            None => return Err(Unroutable::Unmapped),
        };
        let Followed { record, seed, map, shape, key, conversions, placed } = &mut **table;
        let count = lanes.count();
        let (values, converted) = &mut self.scratch;
        let mut digest = |image: &[u8]| -> Result<Digest, ImageFault> {
            images.decode_into(shape, key, image, values)?;
            converted.clear();
            let pairs = values.drain(..).zip(&*conversions);
            converted.extend(pairs.map(|(value, by)| by.convert(value).unwrap_or(TargetValue::Null)));
            Ok(row_digest(&*converted))
        };
        let mut add = |key: Digest, position: Position, kind: ChangeKind<'_>| {
            if position > rows.covered {
                let lane = seed.lane(key, count);
                let routed = Routed { lane, position, committed_at: rows.committed_at, kind };
                lanes.add((record.number, map), placed, routed);
            }
        };
        let routed = images.changes::<ImageFault>(shape, rows.kind, rows.payload, |change| {
            *ordinal += 1;
            let first = rows.transaction.row(*ordinal, 0);
            let second = first.row(*ordinal, u8::from(!mutation::is_left_out(Rule::SecondPart)));
            if second <= rows.covered {
                return Ok(());
            }
            match change {
                RawChange::Write { after } => add(digest(after)?, first, ChangeKind::Insert { after }),
                RawChange::Delete { before } => {
                    let prefix = images.prefix(shape, key, before)?;
                    add(digest(prefix)?, first, ChangeKind::Delete { key: prefix });
                }
                RawChange::Update { before, after } => {
                    let old = images.prefix(shape, key, before)?;
                    let is_same = old == images.prefix(shape, key, after)?;
                    let new_key = digest(after)?;
                    let old_key = if is_same { new_key } else { digest(old)? };
                    if old_key == new_key {
                        let nulls_before = images.nulls(shape, before)?;
                        add(new_key, first, ChangeKind::Update { nulls_before, after });
                    } else {
                        add(old_key, first, ChangeKind::Delete { key: old });
                        add(new_key, second, ChangeKind::Insert { after });
                    }
                }
            }
            Ok(())
        });
        routed.map_err(|fault| Unroutable::Fault(record.mapping.source.id.clone(), fault))
    }
}

impl<S, C> Followed<S, C> {
    fn new<I: RowImages<Shape = S, Columns = C>>(
        images: &I,
        record: Arc<TableRecord>,
        map: Vec<u8>,
    ) -> Result<Self, ImageFault> {
        let mapping = &record.mapping;
        let shape = images.shape(&map, &mapping.source)?;
        let in_key = || mapping.columns.iter().filter(|column| column.in_key);
        let key = images.columns(&shape, in_key().map(|column| &column.source))?;
        let conversions = in_key().map(|column| column.conversion).collect();
        let seed = LaneSeed::of(&mapping.target.id);
        Ok(Self { record, seed, map, shape, key, conversions, placed: Placed::default() })
    }
}
