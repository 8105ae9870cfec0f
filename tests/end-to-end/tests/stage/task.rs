//! A task document in a folder of its own, with its data folder beside it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use servers::{LindormLocal, Scratch};

use crate::stage::command::{Ended, Running};
use crate::stage::{lindorm, mysql};

/// A folder with a task document and a data folder. Paths given to the command are relative to it.
pub(crate) struct Task {
    pub(crate) name: String,
    folder: Scratch,
    words: AtomicUsize,
}

/// The `objects` of one database that keeps its name, or gets another.
pub(crate) fn objects(source: &str, target: &str) -> String {
    format!("  - database: {source}\n    target: {target}\n")
}

impl Task {
    /// A task between the shared servers: `objects` as YAML below that key, `more` as further keys.
    pub(crate) fn new(name: &str, objects: &str, more: &str) -> Self {
        Self::to(lindorm(), name, objects, more)
    }

    /// The same with a target of its own.
    pub(crate) fn to(target: &LindormLocal, name: &str, objects: &str, more: &str) -> Self {
        Self::between((mysql().port(), target.port()), "full", name, objects, more)
    }

    /// A task between two servers on the loopback, in this mode.
    pub(crate) fn between(
        (source, target): (u16, u16),
        mode: &str,
        name: &str,
        objects: &str,
        more: &str,
    ) -> Self {
        let task = Self {
            name: name.to_owned(),
            folder: Scratch::new().expect("a folder"),
            words: AtomicUsize::new(0),
        };
        task.write(&document(name, (source, target), mode, objects, more));
        task
    }

    /// Makes the source be reached by another port, before the first run.
    pub(crate) fn redirect_source(&self, port: u16) {
        let document = fs::read_to_string(self.path("task.yaml")).expect("a document");
        let (before, rest) = document.split_once("source: { host: 127.0.0.1, port: ").expect("a source");
        let (_, after) = rest.split_once(',').expect("a port");
        self.write(&format!("{before}source: {{ host: 127.0.0.1, port: {port},{after}"));
    }

    /// Runs `ferry VERB NAME --data-dir data ...`, an operator's word to the task, to its end.
    pub(crate) fn operate(&self, verb: &str, more: &[&str]) -> Ended {
        let arguments = [&[verb, self.name.as_str(), "--data-dir", "data"], more].concat();
        self.start_raw(&arguments, &[]).wait()
    }

    /// Writes the document anew.
    pub(crate) fn write(&self, document: &str) {
        fs::write(self.path("task.yaml"), document).expect("a file");
    }

    /// Makes it follow the log as well.
    pub(crate) fn follow(&self) {
        let document = fs::read_to_string(self.path("task.yaml")).expect("the document");
        let mut following = document.replace("migration: full\n", "migration: full_and_incremental\n");
        // The servers of these tests do not wait for the disk, which precheck would stop at.
        if !following.contains("\nignore:") {
            following.push_str("ignore: [sync_binlog]\n");
        }
        self.write(&following);
    }

    /// Makes it another task in the same data folder, between the shared servers.
    pub(crate) fn rename(&mut self, name: &str, objects: &str, more: &str) {
        name.clone_into(&mut self.name);
        self.write(&document(name, (mysql().port(), lindorm().port()), "full", objects, more));
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts `ferry VERB task.yaml --data-dir data ...`.
    pub(crate) fn start(&self, verb: &str, more: &[&str]) -> Running {
        let arguments = [&[verb, "task.yaml", "--data-dir", "data"], more].concat();
        self.start_raw(&arguments, &[])
    }

    /// Starts `ferry` with these words only.
    pub(crate) fn start_raw(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Running {
        let number = self.words.fetch_add(1, Ordering::Relaxed);
        Running::start(self.folder.path(), &format!("words-{number}"), arguments, environment)
    }

    /// Runs `ferry VERB task.yaml --data-dir data ...` to its end.
    pub(crate) fn ferry(&self, verb: &str, more: &[&str]) -> Ended {
        self.start(verb, more).wait()
    }

    /// Runs the task and compares both sides: both must end with 0.
    #[track_caller]
    pub(crate) fn run_and_verify(&self) -> Ended {
        let ended = self.ferry("run", &[]).expect(0);
        self.ferry("verify", &[]).expect(0);
        ended
    }
}

fn document(name: &str, ports: (u16, u16), mode: &str, objects: &str, more: &str) -> String {
    let (source_port, target_port) = ports;
    format!(
        "name: {name}
source: {{ host: 127.0.0.1, port: {source_port}, user: root, tls: {{ mode: disabled }} }}
target: {{ host: 127.0.0.1, port: {target_port}, user: root, tls: {{ mode: disabled }} }}
migration: {mode}
objects:
{objects}{more}"
    )
}
