//! Two partitions into the keys that do not agree.

use std::collections::HashMap;
use std::path::Path;

use migration::value::Digest;

use crate::verify::spill;

/// Mismatches kept at most; a table with more is reported as such, and what was kept is read again and repaired.
pub(crate) const MISMATCHES_MAX: usize = 1_000_000;

/// Keys that do not agree, by digest.
#[derive(Debug, Default)]
pub(crate) struct Mismatches {
    /// On the source with another row on the target, or none: the source page to find them on.
    pub(crate) on_source: HashMap<Digest, u32>,
    /// On the target only.
    pub(crate) extra: HashMap<Digest, ()>,
    /// Rows beyond [`MISMATCHES_MAX`].
    pub(crate) dropped: u64,
    /// Two rows of one side with the same key digest: their rows cannot be told apart by it.
    pub(crate) collisions: u64,
}

struct SourceTriple {
    row: Digest,
    page: u32,
    /// Whether the target has the same row.
    met: bool,
}

/// Joins all partitions.
pub(crate) fn join(folder: &Path, partitions: usize) -> anyhow::Result<Mismatches> {
    let mut found = Mismatches::default();
    for partition in 0..partitions {
        join_partition(folder, partition, &mut found)?;
    }
    Ok(found)
}

fn join_partition(folder: &Path, partition: usize, found: &mut Mismatches) -> anyhow::Result<()> {
    let mut source: HashMap<Digest, SourceTriple> = HashMap::new();
    for triple in spill::read(folder, "source", partition)? {
        let triple = triple?;
        let known = SourceTriple { row: triple.row, page: triple.page, met: false };
        if source.insert(triple.key, known).is_some() {
            found.collisions += 1;
        }
    }
    for triple in spill::read(folder, "target", partition)? {
        let triple = triple?;
        match source.get_mut(&triple.key) {
            Some(known) if known.row == triple.row => known.met = true,
            // Left unmet: it is kept below. A key the target shows twice must never pass for an extra row.
            Some(_) => {}
            None => found.keep_extra(triple.key),
        }
    }
    for (key, known) in source.into_iter().filter(|(_, known)| !known.met) {
        found.keep_source(key, known.page);
    }
    Ok(())
}

impl Mismatches {
    fn is_full(&mut self) -> bool {
        let full = self.on_source.len() + self.extra.len() >= MISMATCHES_MAX;
        self.dropped += u64::from(full);
        full
    }

    fn keep_source(&mut self, key: Digest, page: u32) {
        if !self.is_full() {
            self.on_source.insert(key, page);
        }
    }

    fn keep_extra(&mut self, key: Digest) {
        if !self.is_full() {
            self.extra.insert(key, ());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::join;
    use crate::verify::spill::{Spill, Triple};
    use migration::value::Digest;

    #[test]
    fn every_kind_of_difference_is_found_in_any_order_and_partitioning() {
        for partitions in [1, 3, 8] {
            let folder = tempfile::tempdir().unwrap();
            let write = |side: &str, rows: &[(u128, u128)]| {
                let mut spill = Spill::create(folder.path(), side, partitions).unwrap();
                for (page, (key, row)) in (0u32..).zip(rows) {
                    spill.push(Triple { key: Digest(*key), row: Digest(*row), page }).unwrap();
                }
                assert_eq!(spill.finish().unwrap(), rows.len() as u64);
            };
            write("source", &[(1, 10), (2, 20), (3, 30), (u128::MAX, 4)]);
            // The target shows the rows 1 and 3 twice.
            write("target", &[(u128::MAX, 4), (3, 31), (1, 10), (9, 90), (1, 10), (3, 31)]);
            let found = join(folder.path(), partitions).unwrap();
            let mut on_source: Vec<_> = found.on_source.into_iter().collect();
            on_source.sort();
            assert_eq!(on_source, [(Digest(2), 1), (Digest(3), 2)]);
            assert_eq!(found.extra.into_keys().collect::<Vec<_>>(), [Digest(9)]);
            assert_eq!((found.dropped, found.collisions), (0, 0));
        }
    }
}
