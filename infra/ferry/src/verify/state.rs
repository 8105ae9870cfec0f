//! Which tables a verification has done, so that a killed one goes on with the next table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use migration::run::RunId;
use serde::{Deserialize, Serialize};

use crate::verify::table::TableOutcome;

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    run: RunId,
    repair: bool,
    done: BTreeMap<u32, TableOutcome>,
}

/// The outcomes so far, kept in a small file that is replaced as a whole.
#[derive(Debug)]
pub(crate) struct VerifyState {
    path: PathBuf,
    stored: Stored,
}

impl VerifyState {
    /// The state of an unfinished verification of this run in this mode, or an empty one.
    pub(crate) fn open(folder: &Path, run: RunId, repair: bool) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let path = folder.join("state.json");
        let stored =
            std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Stored>(&text).ok());
        let stored = stored.filter(|stored| stored.run == run && stored.repair == repair).unwrap_or(Stored {
            run,
            repair,
            done: BTreeMap::new(),
        });
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
