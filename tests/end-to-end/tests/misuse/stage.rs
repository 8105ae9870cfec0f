//! A task whose document can be broken piece by piece, and what precheck says of it without what is in order.

use crate::stage::{Ended, Task, lindorm, mysql, objects, run_sql};

pub(super) const DATABASE: &str = "misuse";

/// The parts of a document that a test breaks.
pub(super) struct Broken<'a> {
    pub(super) source: &'a str,
    pub(super) target: &'a str,
    pub(super) objects: &'a str,
    pub(super) more: &'a str,
}

impl Default for Broken<'_> {
    fn default() -> Self {
        let plain = "user: root, tls: { mode: disabled }";
        Self {
            source: plain,
            target: plain,
            objects: "  - { database: misuse, include: [plain] }\n",
            more: "",
        }
    }
}

impl Broken<'_> {
    /// The document between the shared servers.
    pub(super) fn document(&self) -> String {
        self.at(&mysql().port().to_string(), &lindorm().port().to_string())
    }

    /// The document with these ports.
    pub(super) fn at(&self, source_port: &str, target_port: &str) -> String {
        format!(
            "name: misuse
source: {{ host: 127.0.0.1, port: {source_port}, {} }}
target: {{ host: 127.0.0.1, port: {target_port}, {} }}
migration: full
objects:
{}{}",
            self.source, self.target, self.objects, self.more
        )
    }
}

/// A task of its own whose document is this text.
pub(super) fn task_of(document: &str) -> Task {
    let task = Task::new("misuse", &objects(DATABASE, DATABASE), "");
    task.write(document);
    task
}

/// What a report says besides what is in order, with `SOURCE` and `TARGET` for the servers' ports.
pub(super) fn troubles(ended: &Ended) -> String {
    let report = ended.out.split("\npass  ").next().unwrap_or_default();
    let report = if report.starts_with("pass  ") { "" } else { report };
    with_servers(report.trim_end())
}

/// The text with `SOURCE` and `TARGET` for the servers' ports.
pub(super) fn with_servers(text: &str) -> String {
    text.replace(&format!(":{}", mysql().port()), ":SOURCE")
        .replace(&format!(":{}", lindorm().port()), ":TARGET")
}

/// Runs SQL in the shared database of these tests, and makes the table that most of them select.
pub(super) fn make(tables: &str) {
    let plain = "CREATE TABLE IF NOT EXISTS plain (id INT PRIMARY KEY, v INT)";
    run_sql(&format!("CREATE DATABASE IF NOT EXISTS {DATABASE}; USE {DATABASE}; {plain}; {tables}"));
}

/// Precheck of a document with these objects and further keys ends with 3 and says exactly this.
#[track_caller]
pub(super) fn assert_refused(objects: &str, more: &str, expected: &str) {
    let task = task_of(&Broken { objects, more, ..Broken::default() }.document());
    let ended = task.ferry("precheck", &[]).expect(3);
    assert_eq!(troubles(&ended), expected);
}
