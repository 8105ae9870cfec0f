//! Which tables a verification has done, so that a killed one goes on with the next table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use migration::run::{Run, RunId};
use migration::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::verify::table::TableOutcome;

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    run: RunId,
    /// The run's moves so far: a run that went on since has copied more.
    moves: u32,
    repair: bool,
    /// When the first table was done.
    since: UnixMs,
    done: BTreeMap<u32, TableOutcome>,
}

/// How long outcomes of an unfinished verification count: they tell nothing of what was written since.
const AGE_MAX: Duration = Duration::from_hours(1);

/// The outcomes so far, kept in a small file that is replaced as a whole.
#[derive(Debug)]
pub(crate) struct VerifyState {
    path: PathBuf,
    stored: Stored,
}

impl VerifyState {
    /// The state of an unfinished verification of this run in this mode, or an empty one.
    pub(crate) fn open(folder: &Path, run: &Run, repair: bool, now: UnixMs) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let path = folder.join("state.json");
        let stored =
            std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Stored>(&text).ok());
        let fresh =
            Stored { run: run.id, moves: run.journal_next, repair, since: now, done: BTreeMap::new() };
        let stored = stored.filter(|stored| {
            (stored.run, stored.moves, stored.repair) == (fresh.run, fresh.moves, fresh.repair)
                && stored.since <= now
                && stored.since.until(now) < AGE_MAX
        });
        let stored = stored.unwrap_or(fresh);
        Ok(Self { path, stored })
    }

    pub(crate) fn outcome(&self, table: u32) -> Option<&TableOutcome> {
        self.stored.done.get(&table)
    }

    pub(crate) fn record(&mut self, table: u32, outcome: TableOutcome) -> anyhow::Result<()> {
        self.stored.done.insert(table, outcome);
        let text = serde_json::to_string(&self.stored)?;
        let next = self.path.with_extension("next");
        std::fs::write(&next, text)
            .and_then(|()| std::fs::rename(&next, &self.path))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Forgets everything: the verification has ended.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.path.display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AGE_MAX, Run, RunId, TableOutcome, UnixMs, VerifyState};
    use uuid::Uuid;

    #[test]
    fn outcomes_of_an_old_verification_or_of_a_run_that_went_on_are_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = Run::created(RunId(Uuid::nil()), "shop".to_owned(), UnixMs(1));
        let open = |run: &Run, repair, now| VerifyState::open(folder.path(), run, repair, now).unwrap();
        open(&run, false, UnixMs(10)).record(0, TableOutcome::default()).unwrap();
        assert!(open(&run, false, UnixMs(20)).outcome(0).is_some());
        assert!(open(&run, true, UnixMs(20)).outcome(0).is_none());
        assert!(open(&run, false, UnixMs(10).plus(AGE_MAX)).outcome(0).is_none());
        run.journal_next += 1;
        assert!(open(&run, false, UnixMs(20)).outcome(0).is_none());
    }
}
