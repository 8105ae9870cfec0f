//! The partitions of one side of one table: files of fixed-size triples.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use migration::value::Digest;

/// Triples a partition is meant to hold: some 12 MB when joined in memory.
const TRIPLES_PER_PARTITION: u64 = 200_000;
/// Partitions of a side at most, so that the files of both stay within the usual bound of 1,024 open files; a table of
/// over 76 million rows gets larger partitions instead.
const PARTITIONS_MAX: u64 = 384;
const BUFFER_BYTES: usize = 16 << 10;
const TRIPLE_BYTES: usize = 36;

/// What is kept of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Triple {
    pub(crate) key: Digest,
    pub(crate) row: Digest,
    pub(crate) page: u32,
}

/// How many partitions a table of so many rows gets.
pub(crate) fn partitions(rows: u64) -> usize {
    let wanted = (rows / TRIPLES_PER_PARTITION + 1).min(PARTITIONS_MAX);
    usize::try_from(wanted).unwrap_or(1)
}

fn path(folder: &Path, side: &str, partition: usize) -> PathBuf {
    folder.join(format!("{side}-{partition:03}"))
}

/// Takes triples and puts each into the partition of its key.
pub(crate) struct Spill {
    files: Vec<BufWriter<File>>,
    rows: u64,
}

impl Spill {
    pub(crate) fn create(folder: &Path, side: &str, partitions: usize) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let files = (0..partitions).map(|partition| {
            let path = path(folder, side, partition);
            let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(BufWriter::with_capacity(BUFFER_BYTES, file))
        });
        Ok(Self { files: files.collect::<anyhow::Result<_>>()?, rows: 0 })
    }

    pub(crate) fn push(&mut self, triple: Triple) -> anyhow::Result<()> {
        let mut bytes = [0_u8; TRIPLE_BYTES];
        let (key, rest) = bytes.split_at_mut(16);
        let (row, page) = rest.split_at_mut(16);
        key.copy_from_slice(&triple.key.0.to_le_bytes());
        row.copy_from_slice(&triple.row.0.to_le_bytes());
        page.copy_from_slice(&triple.page.to_le_bytes());
        let partition = usize::try_from(triple.key.0 % self.files.len() as u128).unwrap_or(0);
        let file = self.files.get_mut(partition).context("a partition is missing")?;
        file.write_all(&bytes).context("cannot write a spill file; is the disk full?")?;
        self.rows += 1;
        Ok(())
    }

    /// Rows taken so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes out what is buffered; returns the number of rows.
    pub(crate) fn finish(self) -> anyhow::Result<u64> {
        for mut file in self.files {
            file.flush().context("cannot write a spill file; is the disk full?")?;
        }
        Ok(self.rows)
    }
}

/// Reads a partition from its beginning.
pub(crate) fn read(
    folder: &Path,
    side: &str,
    partition: usize,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Triple>> + use<>> {
    let path = path(folder, side, partition);
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut left = file.metadata()?.len() / TRIPLE_BYTES as u64;
    let mut file = BufReader::with_capacity(64 << 10, file);
    Ok(std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        Some(next(&mut file))
    }))
}

fn next(file: &mut impl Read) -> anyhow::Result<Triple> {
    let (mut key, mut row, mut page) = ([0_u8; 16], [0_u8; 16], [0_u8; 4]);
    for part in [&mut key[..], &mut row[..], &mut page[..]] {
        file.read_exact(part).context("a spill file is cut short")?;
    }
    Ok(Triple {
        key: Digest(u128::from_le_bytes(key)),
        row: Digest(u128::from_le_bytes(row)),
        page: u32::from_le_bytes(page),
    })
}
