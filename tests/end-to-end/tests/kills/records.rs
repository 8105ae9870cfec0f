//! What a run has written down, read from its data folder while no command runs.

use std::collections::BTreeMap;
use std::path::Path;

use clock::SystemClock;
use embedded::{QueueSettings, Store};
use migration::chunk::{Chunk, State};
use migration::port::Version;
use migration::record::{self, TaskHead};
use migration::run::Run;
use migration::table_plan::TableProgress;

/// The state of one task.
#[derive(Debug)]
pub(super) struct Records {
    /// How often the run moved from one state to the next.
    pub(super) moves: u32,
    /// Finished chunks with the version of their record, which grows with every write.
    pub(super) done: BTreeMap<String, Version>,
    /// Rows of finished chunks.
    pub(super) rows: u64,
}

/// Reads the records; none where the task has not been submitted yet.
pub(super) fn records(data: &Path, task: &str) -> Option<Records> {
    if !data.join("ferry.sqlite").exists() {
        return None;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store =
            Store::open(data, SystemClock::new(), QueueSettings::new("test")).expect("the records open");
        let head = record::load::<TaskHead>(&store, &record::head(task)).await.expect("the head is read")?;
        let run = head.value.run;
        let partition = record::run_partition(run);
        let moves = record::must_load::<Run>(&store, &record::run(run)).await.expect("the run is read");
        let chunks =
            record::load_all::<Chunk>(&store, &partition, "chunk#").await.expect("the chunks are read");
        let done = chunks.into_iter().filter(|(_, chunk)| chunk.value.state == State::Done);
        let done = done.map(|(key, chunk)| (key.sort, chunk.version)).collect();
        let progress = record::load_all::<TableProgress>(&store, &partition, record::PROGRESSES).await;
        let rows = progress.expect("the progress is read").iter().map(|(_, table)| table.value.rows).sum();
        Some(Records { moves: moves.value.journal_next, done, rows })
    })
}
