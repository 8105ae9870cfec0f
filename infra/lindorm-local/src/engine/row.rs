//! The cells of one row in one buffer, and the rule by which two writes of a row become one.
//!
//! A cell is (slot, stamp, value or removal). The greatest stamp wins per slot, whatever the arrival order; a delete marker hides
//! cells stamped at or before it. Cells written together share one stamp, which is then kept once.

use std::cmp::Ordering;

use crate::engine::{EqualStamp, NullWrite};

/// The number of a column within its table's rows. It is never given to a second column.
pub(crate) type Slot = u16;

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell<'a> {
    pub(crate) slot: Slot,
    pub(crate) stamp: i64,
    /// Nothing for a cell that was removed and still hides older ones.
    pub(crate) value: Option<&'a [u8]>,
}

/// All cells of a row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The stamp of every cell, if `shared`.
    stamp: i64,
    shared: bool,
    /// Cells stamped at or before it are deleted.
    pub(crate) marker: i64,
    /// The greatest stamp of a write that makes the row exist even without a value.
    pub(crate) alive: i64,
    cells: Box<[u8]>,
}

/// How writes of one row are put together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merging {
    pub(crate) versions: u32,
    pub(crate) equal_stamp: EqualStamp,
    pub(crate) null_write: NullWrite,
}

/// No delete marker, no existence.
pub(crate) const NEVER: i64 = i64::MIN;

/// Appends a cell in the shared-stamp form.
pub(crate) fn push_shared(slot: Slot, value: Option<&[u8]>, out: &mut Vec<u8>) {
    push_number(u64::from(slot), out);
    push_value(value, out);
}

fn push_value(value: Option<&[u8]>, out: &mut Vec<u8>) {
    match value {
        None => out.push(0),
        Some(bytes) => {
            push_number(bytes.len() as u64 + 1, out);
            out.extend_from_slice(bytes);
        }
    }
}

/// Seven bits a byte, least first.
pub(crate) fn push_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The cells of a buffer, by slot, newest first within a slot.
#[derive(Debug, Clone)]
pub(crate) struct Cells<'a> {
    bytes: &'a [u8],
    shared: Option<i64>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(bytes: &'a [u8], shared: Option<i64>) -> Self {
        Self { bytes, shared }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        if self.bytes.is_empty() {
            return None;
        }
        let slot = Slot::try_from(take_number(&mut self.bytes)?).ok()?;
        let stamp = match self.shared {
            Some(stamp) => stamp,
            None => {
                let (stamp, rest) = self.bytes.split_first_chunk::<8>()?;
                self.bytes = rest;
                i64::from_le_bytes(*stamp)
            }
        };
        let length = usize::try_from(take_number(&mut self.bytes)?).ok()?;
        let value = match length.checked_sub(1) {
            None => None,
            Some(length) => {
                let (value, rest) = self.bytes.split_at_checked(length)?;
                self.bytes = rest;
                Some(value)
            }
        };
        Some(Cell { slot, stamp, value })
    }
}

/// Why stored bytes are no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RowFault {
    /// Another version's.
    #[error("a row has format {0}, this version reads {FORMAT}")]
    Format(u8),
    /// Not what was written.
    #[error("a row is damaged")]
    Damaged,
}

/// Raised with each change of what [`Row::encode`] or the encoding of a stored value writes.
const FORMAT: u8 = 1;
/// What follows the flags of an encoded row.
const SHARED: u8 = 1;
const MARKED: u8 = 2;
const ALIVE: u8 = 4;

impl Row {
    /// Appends its stored form.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let parts = [
            (SHARED, self.shared, self.stamp),
            (MARKED, self.marker != NEVER, self.marker),
            (ALIVE, self.alive != NEVER, self.alive),
        ];
        out.push(FORMAT);
        out.push(parts.iter().filter(|part| part.1).fold(0, |flags, part| flags | part.0));
        for (_, _, stamp) in parts.into_iter().filter(|part| part.1) {
            out.extend(stamp.to_le_bytes());
        }
        out.extend_from_slice(&self.cells);
    }

    /// Reads a stored form.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RowFault> {
        let (format, rest) = bytes.split_first().ok_or(RowFault::Damaged)?;
        if *format != FORMAT {
            return Err(RowFault::Format(*format));
        }
        let (flags, mut rest) = rest.split_first().ok_or(RowFault::Damaged)?;
        let mut part = |flag: u8| {
            if flags & flag == 0 {
                return Ok(None);
            }
            let (stamp, behind) = rest.split_first_chunk::<8>().ok_or(RowFault::Damaged)?;
            rest = behind;
            Ok(Some(i64::from_le_bytes(*stamp)))
        };
        let (shared, marker, alive) = (part(SHARED)?, part(MARKED)?, part(ALIVE)?);
        let mut cells = Cells::new(rest, shared);
        while !cells.bytes.is_empty() {
            cells.next().ok_or(RowFault::Damaged)?;
        }
        Ok(Self {
            stamp: shared.unwrap_or(0),
            shared: shared.is_some(),
            marker: marker.unwrap_or(NEVER),
            alive: alive.unwrap_or(NEVER),
            cells: rest.into(),
        })
    }

    /// A row of one write, whose cells are in the shared-stamp form and in slot order.
    pub(crate) fn written(stamp: i64, alive: i64, cells: &[u8]) -> Self {
        Self { stamp, shared: true, marker: NEVER, alive, cells: cells.into() }
    }

    /// A row that is nothing but a delete marker.
    pub(crate) fn deleted(marker: i64) -> Self {
        Self { stamp: 0, shared: true, marker, alive: NEVER, cells: Box::default() }
    }

    /// Its bytes and their shared stamp, to be copied out.
    pub(crate) fn raw(&self) -> (&[u8], Option<i64>) {
        (&self.cells, self.shared.then_some(self.stamp))
    }

    pub(crate) fn cells(&self) -> Cells<'_> {
        let (bytes, shared) = self.raw();
        Cells::new(bytes, shared)
    }

    /// Deletes what is stamped at or before `marker`.
    pub(crate) fn delete(&mut self, marker: i64) {
        self.marker = self.marker.max(marker);
        if self.cells().any(|cell| cell.stamp <= self.marker) {
            let kept: Vec<Cell<'_>> = self.cells().filter(|cell| cell.stamp > self.marker).collect();
            let (stamp, shared, cells) = packed(&kept);
            (self.stamp, self.shared, self.cells) = (stamp, shared, cells);
        }
    }

    /// The same without a marker, as if a compaction followed. False if nothing is left of the row.
    pub(crate) fn delete_present(&mut self, marker: i64) -> bool {
        self.delete(marker);
        if self.alive <= self.marker {
            self.alive = NEVER;
        }
        self.marker = NEVER;
        !self.cells.is_empty() || self.alive != NEVER
    }

    /// Whether a compaction changes it.
    pub(crate) fn is_compactible(&self) -> bool {
        self.marker != NEVER || self.cells().any(|cell| cell.value.is_none())
    }

    /// Forgets the marker and removed cells, as a major compaction does. False if nothing is left of the row.
    pub(crate) fn compact(&mut self) -> bool {
        if self.alive <= self.marker {
            self.alive = NEVER;
        }
        self.marker = NEVER;
        if self.cells().any(|cell| cell.value.is_none()) {
            let kept: Vec<Cell<'_>> = self.cells().filter(|cell| cell.value.is_some()).collect();
            let (stamp, shared, cells) = packed(&kept);
            (self.stamp, self.shared, self.cells) = (stamp, shared, cells);
        }
        !self.cells.is_empty() || self.alive != NEVER
    }

    /// Adds a later arriving write of shared stamp.
    pub(crate) fn merge(&mut self, stamp: i64, alive: i64, cells: &[u8], merging: Merging) {
        self.alive = self.alive.max(alive);
        if stamp <= self.marker {
            return;
        }
        let replaces = self.shared
            && merging.versions == 1
            && merging.null_write != NullWrite::RemovesOnce
            && (stamp > self.stamp || (stamp == self.stamp && merging.equal_stamp == EqualStamp::LaterWins))
            && same_slots(&self.cells, cells);
        if replaces {
            self.stamp = stamp;
            if self.cells.len() == cells.len() {
                self.cells.copy_from_slice(cells);
            } else {
                self.cells = cells.into();
            }
            return;
        }
        let kept = merged(self.cells(), Cells::new(cells, Some(stamp)), merging);
        let (stamp, shared, cells) = packed(&kept);
        (self.stamp, self.shared, self.cells) = (stamp, shared, cells);
    }
}

fn same_slots(left: &[u8], right: &[u8]) -> bool {
    let slots = |bytes| Cells::new(bytes, Some(0)).map(|cell: Cell<'_>| cell.slot);
    slots(left).eq(slots(right))
}

/// Puts two runs of cells together; `new` arrived later.
fn merged<'a>(old: Cells<'a>, new: Cells<'a>, merging: Merging) -> Vec<Cell<'a>> {
    let mut all: Vec<(Cell<'a>, bool)> =
        old.map(|cell| (cell, false)).chain(new.map(|cell| (cell, true))).collect();
    all.sort_by(|(left, left_new), (right, right_new)| {
        let tie = match merging.equal_stamp {
            EqualStamp::LaterWins => right_new.cmp(left_new),
            EqualStamp::FirstWins => left_new.cmp(right_new),
            EqualStamp::ValueOrder => right.value.cmp(&left.value),
        };
        left.slot.cmp(&right.slot).then(right.stamp.cmp(&left.stamp)).then(tie)
    });
    let mut kept: Vec<Cell<'a>> = Vec::with_capacity(all.len());
    let mut of_slot = 0_u32;
    for (cell, _) in all {
        let newer = kept.last().filter(|last| last.slot == cell.slot);
        let hidden = newer.is_some_and(|newer| newer.value.is_none() || newer.stamp == cell.stamp);
        of_slot = if newer.is_some() { of_slot } else { 0 };
        if !hidden && of_slot < merging.versions {
            kept.push(cell);
            of_slot += 1;
        }
    }
    if merging.null_write == NullWrite::RemovesOnce {
        kept.retain(|cell| cell.value.is_some());
    }
    kept
}

fn packed(cells: &[Cell<'_>]) -> (i64, bool, Box<[u8]>) {
    let stamp = cells.first().map_or(0, |cell| cell.stamp);
    let shared = cells.iter().all(|cell| cell.stamp.cmp(&stamp) == Ordering::Equal);
    let mut out = Vec::new();
    for cell in cells {
        push_number(u64::from(cell.slot), &mut out);
        if !shared {
            out.extend(cell.stamp.to_le_bytes());
        }
        push_value(cell.value, &mut out);
    }
    (stamp, shared, out.into_boxed_slice())
}
