//! A fresh folder that is removed with its owner, even if the owner was killed.
//!
//! The folder's name holds the process id of its owner. A process that was killed cannot remove its folders, so each
//! new folder first sweeps away those of processes that are gone. Never touches folders of living processes, nor
//! any folder without our prefix.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use tempfile::TempDir;

use crate::error::{ServerError, files};

const PREFIX: &str = "ferry-test-";

/// A folder below the system's temporary folder, removed on drop.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// Makes a fresh, empty folder.
    ///
    /// # Errors
    /// Fails when the temporary folder cannot be written.
    pub fn new() -> Result<Self, ServerError> {
        let parent = env::temp_dir();
        sweep(&parent);
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", process::id()))
            .tempdir_in(&parent)
            .map_err(files("make a folder in", &parent))?;
        Ok(Self { folder })
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of processes that are gone. What cannot be removed is left for the next sweep.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|rest| rest.split_once('-'));
        let Some((owner, _)) = owner else { continue };
        let gone = owner.parse::<u32>().is_ok_and(|id| !PathBuf::from(format!("/proc/{id}")).exists());
        if gone && Path::new("/proc/self").exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, Scratch, sweep};
    use std::{fs, process};

    #[test]
    fn a_sweep_removes_folders_of_dead_owners_only() {
        let parent = Scratch::new().unwrap();
        // Process ids end far below this number on every Linux.
        let dead = parent.path().join(format!("{PREFIX}4194305000-x"));
        let dead_small = parent.path().join(format!("{PREFIX}4194305-x"));
        let living = parent.path().join(format!("{PREFIX}{}-x", process::id()));
        let foreign = parent.path().join("somebody-4194305-x");
        for folder in [&dead, &dead_small, &living, &foreign] {
            fs::create_dir(folder).unwrap();
        }
        sweep(parent.path());
        assert!(!dead_small.exists());
        assert!(!dead.exists());
        assert!(living.exists());
        assert!(foreign.exists());
    }
}
