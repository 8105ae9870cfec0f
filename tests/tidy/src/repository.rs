//! The files of the repository, as they lie on the disk.
//!
//! Walks the tree instead of asking git, so that it works in an unpacked archive and sees files that are not added yet.
//! Never follows links and never looks into what tools made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::facts::Facts;
use crate::violation::Violation;

/// Folders that hold no source of ours.
const MADE_BY_TOOLS: [&str; 6] = ["target", ".git", ".cache", ".ferry", ".aws-sam", "node_modules"];

/// One text file.
#[derive(Debug, Clone)]
pub struct File {
    /// From the top of the repository, with slashes.
    pub path: String,
    /// The whole content.
    pub text: String,
    /// What a Rust file holds; `None` for other files and for Rust that does not parse.
    pub(crate) facts: Option<Facts>,
}

impl File {
    /// A file with this content, at this path from the top of the repository.
    pub fn new(path: &str, text: &str) -> Self {
        let rust = Path::new(path).extension().is_some_and(|extension| extension == "rs");
        let in_test = path.split('/').any(|part| part == "tests") && !path.contains("/src/");
        let facts = if rust { Facts::of(text, in_test) } else { None };
        Self { path: path.to_owned(), text: text.to_owned(), facts }
    }

    /// Whether this is Rust source.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Whether this is a script for a shell.
    pub fn is_script(&self) -> bool {
        let shell = Path::new(&self.path).extension().is_some_and(|extension| extension == "sh");
        shell || self.text.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("sh"))
    }

    /// A violation in this file.
    pub(crate) fn violation(&self, line: usize, what: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, what: what.into() }
    }
}

/// All text files below one folder.
#[derive(Debug)]
pub struct Repository {
    /// Sorted by path.
    pub files: Vec<File>,
}

impl Repository {
    /// Reads everything below `top`.
    ///
    /// # Errors
    /// Fails when a folder or file cannot be read.
    pub fn read(top: &Path) -> io::Result<Self> {
        let mut paths = Vec::new();
        walk(top, &mut paths)?;
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            // Files that are not text (pictures, binary fixtures) have no lines to judge.
            let Ok(text) = String::from_utf8(fs::read(&path)?) else { continue };
            let relative = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(File::new(&relative, &text));
        }
        Ok(Self { files })
    }

    /// The repository that this crate is part of.
    ///
    /// # Errors
    /// Fails when a folder or file cannot be read.
    pub fn ours() -> io::Result<Self> {
        Self::read(&top())
    }

    /// Everything that `rule` finds in any file.
    pub fn violations(&self, rule: impl Fn(&File) -> Vec<Violation>) -> Vec<Violation> {
        self.files.iter().flat_map(rule).collect()
    }
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() && !MADE_BY_TOOLS.iter().any(|made| name.to_str() == Some(made)) {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}
