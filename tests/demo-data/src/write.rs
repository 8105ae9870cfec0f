//! Makes the files of a preset: one for each table, several tables at once.
//!
//! Tables are independent streams of random numbers, so the files are the same however many threads make them.
//! Never keeps more than one row a thread in memory.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::BufWriter;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result, ensure};

use crate::random::Random;
use crate::table::Table;
use crate::tsv::Rows;

/// A file that has been made.
#[derive(Debug)]
pub struct Written {
    /// Name of its table.
    pub table: &'static str,
    /// Rows in the file.
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Makes all files in `folder` and hands each to `then` as soon as it is whole; answers them in the order of `tables`.
///
/// # Errors
/// Fails when a file cannot be written, when `then` fails, or when a table did not get its number of rows.
pub fn write_all<F>(tables: &[Table], seed: u64, folder: &Path, then: F) -> Result<Vec<Written>>
where
    F: Fn(&Table, &Path) -> Result<()> + Sync,
{
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // Largest first, so that no thread is left alone with a large table at the end.
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(tables.get(*place).map(|table| table.rows)));
    let queue = Mutex::new(VecDeque::from(order));
    let work = || -> Result<Vec<(usize, Written)>> {
        let mut done = Vec::new();
        loop {
            let next = queue.lock().expect("invariant: nothing panics while it holds this lock").pop_front();
            let Some((place, table)) = next.and_then(|place| tables.get(place).map(|table| (place, table)))
            else {
                return Ok(done);
            };
            let path = file_of(folder, table);
            let written = write_one(table, seed, &path).with_context(|| format!("table {}", table.name))?;
            then(table, &path).with_context(|| format!("table {}", table.name))?;
            done.push((place, written));
        }
    };
    let threads = thread::available_parallelism().map_or(2, NonZero::get).min(8);
    let mut done = thread::scope(|scope| -> Result<Vec<(usize, Written)>> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??);
        }
        Ok(done)
    })?;
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, written)| written).collect())
}

/// Where the file of a table lies.
pub fn file_of(folder: &Path, table: &Table) -> PathBuf {
    folder.join(table.name).with_extension("tsv")
}

fn write_one(table: &Table, seed: u64, path: &Path) -> Result<Written> {
    const BUFFER: usize = 1 << 18;
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    let mut rows = Rows::new(BufWriter::with_capacity(BUFFER, file));
    (table.fill)(&mut Random::new(seed, table.name), &mut rows)?;
    let (count, bytes) = rows.finish()?;
    ensure!(count == table.rows, "made {count} rows instead of {}", table.rows);
    Ok(Written { table: table.name, rows: count, bytes })
}
