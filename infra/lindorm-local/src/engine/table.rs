//! The rows of one table: shards by hash of the key, each an ordered map behind its own lock.
//!
//! Hashing spreads neighbourhoods of keys over the locks; a scan merges the shards. Only this file takes row locks, one at a
//! time (emptying a table takes them all), and never while a client is waited for. With a data folder each change of a row is
//! queued for it under the row's lock.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::{Bound, Range};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use xxhash_rust::xxh3::xxh3_64;

use crate::engine::durable::{Change, Journal, TableId, written};
use crate::engine::row::{Cells, Merging, Row};
use crate::engine::schema::Schema;
use crate::engine::stored_key::StoredKey;

/// How many shards a table has; a power of two.
pub(crate) const SHARDS: usize = 64;

/// A page copied out of a shard ends after so many bytes.
const PAGE_BYTES: usize = 256 * 1024;

type Shard = BTreeMap<StoredKey, Row>;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: TableId,
    pub(crate) database: String,
    pub(crate) name: String,
    schema: RwLock<Arc<Schema>>,
    shards: Arc<[RwLock<Shard>]>,
    /// Where changes are kept, with a data folder.
    journal: Option<Arc<Journal>>,
}

/// A run of encoded keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRange {
    /// The first key; empty for the first of all.
    pub(crate) low: Vec<u8>,
    /// The first key beyond; nothing for no end.
    pub(crate) high: Option<Vec<u8>>,
    /// The range holds the key `low` and no other.
    pub(crate) exact: bool,
}

impl KeyRange {
    /// Every key.
    pub(crate) fn all() -> Self {
        Self { low: Vec::new(), high: None, exact: false }
    }

    /// Whether a key lies within, or keys that begin with this one.
    pub(crate) fn holds(&self, key: &[u8]) -> bool {
        self.low.as_slice() <= key && self.high.as_deref().is_none_or(|high| key < high)
    }

    /// Whether a key can lie in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let begins_before = |one: &Self, other: &Self| other.high.as_ref().is_none_or(|high| one.low < *high);
        begins_before(self, other) && begins_before(other, self)
    }

    fn is_empty(&self) -> bool {
        self.high.as_ref().is_some_and(|high| *high <= self.low)
    }

    /// The shard that an exact range lies in.
    pub(crate) fn only_shard(&self) -> Option<usize> {
        self.exact.then(|| shard_of(&self.low))
    }
}

/// Keys that differ in their last byte alone (in text, the last character) lie together: a statement writes and a page reads
/// neighbours, and neighbours that share a path in one map are found much faster than in as many maps.
fn shard_of(key: &[u8]) -> usize {
    let tail = if key.ends_with(&[0, 0]) { 3 } else { 1 };
    let neighbourhood = &key[..key.len().saturating_sub(tail)];
    usize::from(xxh3_64(neighbourhood).to_le_bytes()[0]) % SHARDS
}

/// Rows copied out of a shard.
#[derive(Debug, Default)]
pub(crate) struct Page {
    bytes: Vec<u8>,
    rows: Vec<Copied>,
    at: usize,
}

#[derive(Debug)]
struct Copied {
    key: Range<usize>,
    cells: Range<usize>,
    shared: Option<i64>,
    marker: i64,
    alive: i64,
}

/// A row as a scan sees it.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) cells: Cells<'a>,
    pub(crate) marker: i64,
    pub(crate) alive: i64,
    /// Its bytes, key and cells.
    pub(crate) size: usize,
}

impl Page {
    /// The row the page stands on.
    pub(crate) fn current(&self) -> Option<Found<'_>> {
        let row = self.rows.get(self.at)?;
        Some(Found {
            key: &self.bytes[row.key.clone()],
            cells: Cells::new(&self.bytes[row.cells.clone()], row.shared),
            marker: row.marker,
            alive: row.alive,
            size: row.cells.end - row.key.start,
        })
    }

    pub(crate) fn key(&self) -> Option<&[u8]> {
        self.rows.get(self.at).map(|row| &self.bytes[row.key.clone()])
    }

    pub(crate) fn advance(&mut self) {
        self.at += 1;
    }

    /// The key of its last row.
    pub(crate) fn last_key(&self) -> Option<&[u8]> {
        self.rows.last().map(|row| &self.bytes[row.key.clone()])
    }

    /// Whether it was filled as far as asked, so that more may follow.
    pub(crate) fn is_full(&self, most: usize) -> bool {
        self.rows.len() >= most || self.bytes.len() >= PAGE_BYTES
    }

    fn push(&mut self, key: &[u8], row: &Row) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let middle = self.bytes.len();
        let (cells, shared) = row.raw();
        self.bytes.extend_from_slice(cells);
        let cells = middle..self.bytes.len();
        self.rows.push(Copied { key: start..middle, cells, shared, marker: row.marker, alive: row.alive });
    }
}

impl Table {
    pub(crate) fn new(
        id: TableId,
        database: &str,
        name: &str,
        schema: Schema,
        journal: Option<Arc<Journal>>,
    ) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::new(Shard::new())).collect();
        Self {
            id,
            database: database.to_owned(),
            name: name.to_owned(),
            schema: RwLock::new(Arc::new(schema)),
            shards,
            journal,
        }
    }

    /// The same rows with another schema, for a node that does not know the present one yet.
    pub(crate) fn seen_with(&self, schema: Arc<Schema>) -> Self {
        Self {
            id: self.id,
            database: self.database.clone(),
            name: self.name.clone(),
            schema: RwLock::new(schema),
            shards: Arc::clone(&self.shards),
            journal: self.journal.clone(),
        }
    }

    /// The schema of this moment.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the schema, one change at a time; a refused change leaves it as it was.
    pub(crate) fn change<E>(&self, change: impl FnOnce(&mut Schema) -> Result<(), E>) -> Result<(), E> {
        let mut present = self.schema.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Schema::clone(&present);
        change(&mut next)?;
        next.reindex();
        if let Some(journal) = &self.journal {
            journal.put(Change::Define { id: self.id, definition: written(&next) });
        }
        *present = Arc::new(next);
        Ok(())
    }

    fn lock(&self, key: &[u8]) -> RwLockWriteGuard<'_, Shard> {
        self.shards[shard_of(key)].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before a row's lock is taken: waits until its change can be queued.
    fn make_room(&self) {
        if let Some(journal) = &self.journal {
            journal.make_room();
        }
    }

    /// Under a row's lock: keeps its new state, or that it is gone.
    fn keep(&self, key: &[u8], row: Option<&Row>) {
        if let Some(journal) = &self.journal {
            journal.put_row(self.id, key, row);
        }
    }

    /// Adds a row that was kept.
    pub(crate) fn restore(&self, key: &[u8], row: Row) {
        self.lock(key).insert(StoredKey::new(key), row);
    }

    fn read_shard(&self, index: usize) -> RwLockReadGuard<'_, Shard> {
        self.shards[index].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a write whose cells share one stamp.
    pub(crate) fn write(&self, key: &[u8], stamp: i64, alive: i64, cells: &[u8], merging: Merging) {
        if merging.versions == 0 {
            return;
        }
        self.make_room();
        let mut shard = self.lock(key);
        let row = put(&mut shard, key, stamp, alive, cells, merging);
        self.keep(key, Some(row));
    }

    /// Shows the row to `decide`, under the row's lock, and adds what it returns.
    pub(crate) fn write_after<E>(
        &self,
        key: &[u8],
        merging: Merging,
        decide: impl FnOnce(Option<&Row>) -> Result<Vec<Write>, E>,
    ) -> Result<(), E> {
        self.make_room();
        let mut shard = self.lock(key);
        let writes = decide(shard.get(key))?;
        if merging.versions == 0 || writes.is_empty() {
            return Ok(());
        }
        for write in writes {
            put(&mut shard, key, write.stamp, write.alive, &write.cells, merging);
        }
        self.keep(key, shard.get(key));
        Ok(())
    }

    /// Leaves a delete marker.
    pub(crate) fn delete(&self, key: &[u8], marker: i64) {
        self.make_room();
        let mut shard = self.lock(key);
        match shard.entry(StoredKey::new(key)) {
            Entry::Occupied(mut present) => {
                present.get_mut().delete(marker);
                self.keep(key, Some(present.get()));
            }
            Entry::Vacant(place) => self.keep(key, Some(place.insert(Row::deleted(marker)))),
        }
    }

    /// Deletes what is there at or before `marker` and leaves nothing behind.
    pub(crate) fn delete_present(&self, key: &[u8], marker: i64) {
        self.make_room();
        let mut shard = self.lock(key);
        let Some(row) = shard.get_mut(key) else { return };
        if row.delete_present(marker) {
            self.keep(key, Some(row));
        } else {
            shard.remove(key);
            self.keep(key, None);
        }
    }

    /// Copies up to `most` rows of one shard within the range, from its low or its high end.
    pub(crate) fn page(&self, shard: usize, range: &KeyRange, backward: bool, most: usize) -> Page {
        let mut page = Page::default();
        if range.is_empty() {
            return page;
        }
        let shard = self.read_shard(shard);
        let high = range.high.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = shard.range::<[u8], _>((Bound::Included(range.low.as_slice()), high));
        let mut copy = |key: &[u8], row: &Row| {
            page.push(key, row);
            page.rows.len() < most && page.bytes.len() < PAGE_BYTES
        };
        if backward {
            for (key, row) in rows.rev() {
                if !copy(key.bytes(), row) {
                    break;
                }
            }
        } else {
            for (key, row) in rows {
                if !copy(key.bytes(), row) {
                    break;
                }
            }
        }
        page
    }

    /// Removes every row.
    pub(crate) fn clear(&self) {
        // All locks at once, so that each row written meanwhile is wholly before or wholly behind; nobody else takes a second.
        let mut shards: Vec<_> =
            self.shards.iter().map(|shard| shard.write().unwrap_or_else(PoisonError::into_inner)).collect();
        if let Some(journal) = &self.journal {
            journal.put(Change::ClearTable(self.id));
        }
        shards.iter_mut().for_each(|shard| shard.clear());
    }

    /// Forgets delete markers and removed cells, as a major compaction does.
    pub(crate) fn compact(&self) {
        for shard in &*self.shards {
            self.make_room();
            shard.write().unwrap_or_else(PoisonError::into_inner).retain(|key, row| {
                let changes = row.is_compactible();
                let stays = row.compact();
                if changes || !stays {
                    self.keep(key.bytes(), stays.then_some(row));
                }
                stays
            });
        }
    }
}

/// A further write of a row whose lock is held.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) stamp: i64,
    pub(crate) alive: i64,
    pub(crate) cells: Vec<u8>,
}

/// Adds a write to a row and gives what became of it.
fn put<'a>(
    shard: &'a mut Shard,
    key: &[u8],
    stamp: i64,
    alive: i64,
    cells: &[u8],
    merging: Merging,
) -> &'a Row {
    match shard.entry(StoredKey::new(key)) {
        Entry::Occupied(present) => {
            let row = present.into_mut();
            row.merge(stamp, alive, cells, merging);
            row
        }
        Entry::Vacant(place) => place.insert(Row::written(stamp, alive, cells)),
    }
}
