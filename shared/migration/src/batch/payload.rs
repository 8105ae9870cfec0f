//! The binary payload of a batch: a list of table maps, then the operations one after the other.
//!
//! Numbers are LEB128 varints. A table is written where it is first used; positions are written as far as they differ
//! from the one before. The whole is compressed as one LZ4 block behind its length.

use crate::batch::change::{Change, ChangeKind};
use crate::limits::BATCH_RAW_BYTES_MAX;
use crate::position::{LogPlace, Position, Timeline};
use crate::record::TableNumber;
use crate::time::UnixMs;

const INSERT: u8 = 0;
const UPDATE: u8 = 1;
const DELETE: u8 = 2;
const TABLE: u8 = 3;
const KIND: u8 = 0b11;
/// A transaction other than the operation before: timeline, place and time follow.
const NEW_TRANSACTION: u8 = 0b100;
/// Memory that is kept from one payload to the next.
const KEPT_BYTES_MAX: usize = 1 << 20;
/// The upsert of a key change.
const SECOND_PART: u8 = 0b1000;

/// A payload that is not what this version writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payload of a batch of changes cannot be read")]
pub struct PayloadFault;

/// A table of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTable {
    /// Its number in the run.
    pub number: TableNumber,
    /// The payload of its table map event, which tells how images are laid out.
    pub map: Vec<u8>,
}

/// A table's place in one payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableAt(u32);

/// Builds a payload.
#[derive(Debug, Default)]
pub struct PayloadWriter {
    bytes: Vec<u8>,
    tables: u32,
    operations: u32,
    first: Option<Position>,
    last: Option<(Position, UnixMs)>,
}

impl PayloadWriter {
    /// Names a table for the operations that follow.
    pub fn table(&mut self, number: TableNumber, map: &[u8]) -> TableAt {
        self.bytes.push(TABLE);
        put(&mut self.bytes, u64::from(number.0));
        put_bytes(&mut self.bytes, map);
        self.tables += 1;
        TableAt(self.tables - 1)
    }

    /// Adds an operation.
    pub fn add(&mut self, table: TableAt, position: Position, committed_at: UnixMs, kind: ChangeKind<'_>) {
        let out = &mut self.bytes;
        let same = self.last.is_some_and(|(last, at)| {
            last.timeline == position.timeline
                && last.transaction == position.transaction
                && at == committed_at
        });
        let number = match kind {
            ChangeKind::Insert { .. } => INSERT,
            ChangeKind::Update { .. } => UPDATE,
            ChangeKind::Delete { .. } => DELETE,
        };
        let part = if position.part > 0 { SECOND_PART } else { 0 };
        out.push(number | part | if same { 0 } else { NEW_TRANSACTION });
        if !same {
            put(out, u64::from(position.timeline.0));
            put(out, position.transaction.file);
            put(out, position.transaction.offset);
            put(out, committed_at.0);
        }
        put(out, position.ordinal);
        put(out, u64::from(table.0));
        match kind {
            ChangeKind::Insert { after } => put_bytes(out, after),
            ChangeKind::Update { nulls_before, after } => {
                put_bytes(out, nulls_before);
                put_bytes(out, after);
            }
            ChangeKind::Delete { key } => put_bytes(out, key),
        }
        self.operations += 1;
        self.first.get_or_insert(position);
        self.last = Some((position, committed_at));
    }

    /// Bytes so far, before compression.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// How many operations it holds.
    #[must_use]
    pub fn operations(&self) -> u32 {
        self.operations
    }

    /// Whether it holds no operation.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations == 0
    }

    /// First and last position and the last commit time; none where it is empty.
    #[must_use]
    pub fn span(&self) -> Option<(Position, Position, UnixMs)> {
        let (last, at) = self.last?;
        Some((self.first?, last, at))
    }

    /// Empties it and keeps its memory for the next payload, unless it is that of a large row.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES_MAX);
        (self.tables, self.operations, self.first, self.last) = (0, 0, None, None);
    }

    /// The payload so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The payload, compressed.
    #[must_use]
    pub fn compressed(&self) -> Vec<u8> {
        lz4_flex::block::compress_prepend_size(&self.bytes)
    }
}

/// A payload's tables and operations.
#[derive(Debug)]
pub struct BatchChanges {
    bytes: Vec<u8>,
}

/// Reads a compressed payload.
///
/// # Errors
/// [`PayloadFault`] where it cannot be decompressed.
pub fn read_payload(compressed: &[u8]) -> Result<BatchChanges, PayloadFault> {
    let (size, _) = compressed.split_first_chunk::<4>().ok_or(PayloadFault)?;
    if u32::from_le_bytes(*size) as usize > BATCH_RAW_BYTES_MAX {
        return Err(PayloadFault);
    }
    let bytes = lz4_flex::block::decompress_size_prepended(compressed).map_err(|_| PayloadFault)?;
    Ok(BatchChanges { bytes })
}

impl BatchChanges {
    /// Bytes of the payload before compression.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Hands every table and every operation on in order; tables come before the operations that use them.
    ///
    /// # Errors
    /// [`PayloadFault`] where the payload breaks off or names what it does not hold.
    pub fn read<'a>(&'a self) -> impl Iterator<Item = Result<Item<'a>, PayloadFault>> + 'a {
        let mut reader = Reader { rest: &self.bytes, tables: 0, last: None };
        std::iter::from_fn(move || if reader.rest.is_empty() { None } else { Some(reader.next()) })
    }
}

/// A part of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// A table.
    Table(BatchTable),
    /// An operation.
    Change(Change<'a>),
}

struct Reader<'a> {
    rest: &'a [u8],
    tables: u64,
    last: Option<(Timeline, LogPlace, UnixMs)>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Item<'a>, PayloadFault> {
        let item = self.item();
        if item.is_none() {
            self.rest = &[];
        }
        item.ok_or(PayloadFault)
    }

    fn item(&mut self) -> Option<Item<'a>> {
        let (tag, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *tag == TABLE {
            let number = TableNumber(u32::try_from(self.number()?).ok()?);
            self.tables += 1;
            return Some(Item::Table(BatchTable { number, map: self.bytes()?.to_vec() }));
        }
        if tag & NEW_TRANSACTION != 0 {
            let timeline = Timeline(u32::try_from(self.number()?).ok()?);
            let place = LogPlace { file: self.number()?, offset: self.number()? };
            self.last = Some((timeline, place, UnixMs(self.number()?)));
        }
        let (timeline, transaction, committed_at) = self.last?;
        let ordinal = self.number()?;
        let part = u8::from(tag & SECOND_PART != 0);
        let table = self.number()?;
        if table >= self.tables {
            return None;
        }
        let kind = match tag & KIND {
            INSERT => ChangeKind::Insert { after: self.bytes()? },
            UPDATE => ChangeKind::Update { nulls_before: self.bytes()?, after: self.bytes()? },
            _ => ChangeKind::Delete { key: self.bytes()? },
        };
        let position = Position { timeline, transaction, ordinal, part };
        Some(Item::Change(Change { position, committed_at, table: usize::try_from(table).ok()?, kind }))
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(0x80 | u8::try_from(number & 0x7f).unwrap_or_default());
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::{BatchTable, Item, PayloadWriter, read_payload};
    use crate::batch::change::ChangeKind;
    use crate::position::{LogPlace, Position, Timeline};
    use crate::record::TableNumber;
    use crate::time::UnixMs;

    #[test]
    fn what_is_written_is_read_in_order() {
        let at = |offset, ordinal, part| {
            Position::boundary(Timeline(2), LogPlace { file: 1_000_001, offset }).row(ordinal, part)
        };
        let operations = [
            (at(5_000_000_000, 1, 0), UnixMs(7), ChangeKind::Insert { after: b"abc" }),
            (at(5_000_000_000, 2, 0), UnixMs(7), ChangeKind::Delete { key: b"" }),
            (at(5_000_000_000, 2, 1), UnixMs(7), ChangeKind::Insert { after: &[9; 300] }),
            (at(6_000_000_000, 1, 0), UnixMs(9), ChangeKind::Update { nulls_before: &[1], after: b"x" }),
        ];
        let mut writer = PayloadWriter::default();
        let table = writer.table(TableNumber(41), &[1, 2, 3]);
        for (position, at, kind) in operations {
            writer.add(table, position, at, kind);
        }
        assert_eq!(writer.span(), Some((operations[0].0, operations[3].0, UnixMs(9))));
        let read = read_payload(&writer.compressed()).unwrap();
        let items: Vec<Item<'_>> = read.read().collect::<Result<_, _>>().unwrap();
        assert_eq!(items[0], Item::Table(BatchTable { number: TableNumber(41), map: vec![1, 2, 3] }));
        let changes: Vec<_> = items[1..]
            .iter()
            .map(|item| match item {
                Item::Change(change) => (change.position, change.committed_at, change.kind),
                Item::Table(_) => panic!("one table"),
            })
            .collect();
        assert_eq!(changes, operations);
    }

    #[test]
    fn a_payload_that_breaks_off_is_refused() {
        let mut writer = PayloadWriter::default();
        let table = writer.table(TableNumber(0), &[1]);
        let position = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 4 }).row(1, 0);
        writer.add(table, position, UnixMs(1), ChangeKind::Insert { after: b"abc" });
        for length in 1..writer.bytes.len() {
            let cut = PayloadWriter { bytes: writer.bytes[..length].to_vec(), ..PayloadWriter::default() };
            let read = read_payload(&cut.compressed()).unwrap();
            let broken = read.read().any(|item| item.is_err());
            assert!(broken || length == 4, "{length}");
        }
        assert!(read_payload(&[255, 255, 255, 255, 0]).is_err() && read_payload(&[]).is_err());
    }
}
