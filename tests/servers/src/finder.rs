//! A script of `infra/` that finds programs on this machine and answers with NAME='value' lines.
//!
//! Never guesses a path by itself, so there is one place for each program that knows where it may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::ServerError;

/// A file of the repository, by its path below the top.
pub(crate) fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// One script.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finder {
    /// Its name in messages.
    pub(crate) name: &'static str,
    /// Where it is, below the top of the repository.
    pub(crate) path: &'static str,
}

/// What a script said.
#[derive(Debug)]
pub(crate) struct Answer {
    script: &'static str,
    lines: BTreeMap<String, String>,
}

impl Finder {
    /// Runs the script; `refused` makes an error of what it says when it finds nothing.
    pub(crate) fn ask(self, refused: impl FnOnce(String) -> ServerError) -> Result<Answer, ServerError> {
        let script = beside(self.path);
        let output = Command::new(&script)
            .output()
            .map_err(|cause| ServerError::Program { program: self.name.to_owned(), cause })?;
        if !output.status.success() {
            return Err(refused(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(self.read(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Takes an answer apart.
    pub(crate) fn read(self, answer: &str) -> Answer {
        let lines = answer
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
        Answer { script: self.name, lines }
    }
}

impl Answer {
    /// The value of this name.
    pub(crate) fn text(&self, name: &'static str) -> Result<String, ServerError> {
        self.lines.get(name).cloned().ok_or(ServerError::IncompleteAnswer { script: self.script, name })
    }
}
