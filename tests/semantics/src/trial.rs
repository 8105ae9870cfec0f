//! One setting from start to judgement.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use servers::{LindormLocal, MysqlServer, Scratch, ferry_binary};

use crate::changes;
use crate::damage;
use crate::expectation;
use crate::picture::{Client, Picture};
use crate::setting::Setting;
use crate::source::{self, DATABASE};

/// The rows under the defaults; nothing where that trial failed.
pub(crate) type Baseline = OnceLock<Option<Picture>>;

/// What a trial came to.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) setting: Setting,
    pub(crate) took: Duration,
    pub(crate) result: Result<Judgement>,
}

/// A good end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Moved, equal, and repaired after damage.
    Equal,
    /// Refused by precheck, as it must be.
    Refused,
}

/// A stand-in and a data folder that trials use one after the other. The port stays, so the target's tables have a known
/// owner from the second trial on, and no run but the first waits for a possible unknown one.
pub(crate) struct Bench<'a> {
    source: &'a MysqlServer,
    database: String,
    target: LindormLocal,
    folder: Scratch,
    trials: u32,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(source: &'a MysqlServer, number: usize) -> Result<Self> {
        let target = LindormLocal::start(std::iter::empty::<&str>())?;
        let database = format!("{DATABASE}_{number}");
        Ok(Self { source, database, target, folder: Scratch::new()?, trials: 0 })
    }

    pub(crate) fn attempt(&mut self, setting: Setting, baseline: &Baseline) -> Trial {
        let begun = Instant::now();
        let result = self.judge(&setting, baseline);
        if setting.switches.is_empty() {
            // Whoever waits for it must not wait for ever.
            let _ = baseline.set(None);
        }
        Trial { setting, took: begun.elapsed(), result }
    }

    fn judge(&mut self, setting: &Setting, baseline: &Baseline) -> Result<Judgement> {
        self.target.restart_with(setting.arguments())?;
        self.trials += 1;
        source::load(self.source, &self.database)?;
        fs::write(self.folder.path().join("task.yaml"), self.document(setting))?;
        let refusals = expectation::refusals(setting);
        if !refusals.is_empty() {
            let said = self.ferry(&["run"], 3)?;
            ensure!(
                refusals.iter().any(|code| said.contains(code)),
                "precheck did not name {refusals:?}:\n{said}"
            );
            return Ok(Judgement::Refused);
        }
        let [first, second] = changes::HALVES;
        thread::scope(|scope| {
            let changing = scope.spawn(|| self.change(first));
            let ran = self.ferry(&["run", "--until", "caught-up"], 0);
            changing.join().ok().context("the writer does not panic")??;
            ran
        })?;
        self.change(second)?;
        self.operate("finish")?;
        self.ferry(&["run"], 0)?;
        self.ferry(&["verify"], 0)?;
        let mut client = Client::connect(&self.target)?;
        let moved = client.picture()?;
        if setting.switches.is_empty() {
            let _ = baseline.set(Some(moved.clone()));
        }
        let usual = baseline.wait().as_ref().context("the trial with the defaults failed")?;
        same(&moved, usual, "after the run")?;
        damage::inflict(&mut client)?;
        let said = self.ferry(&["verify"], 4)?;
        ensure!(counted(&said) == damage::DIFFERENCES, "other differences than those made:\n{said}");
        self.ferry(&["verify", "--repair"], 0)?;
        self.ferry(&["verify"], 0)?;
        same(&client.picture()?, usual, "after the repair")?;
        Ok(Judgement::Equal)
    }

    fn change(&self, statements: &str) -> Result<()> {
        self.source.sql(&format!("SET time_zone = '+00:00'; USE {};\n{statements}", self.database))?;
        Ok(())
    }

    /// Says a word to the task: `ferry VERB NAME`.
    fn operate(&self, verb: &str) -> Result<()> {
        let name = format!("trial-{}", self.trials);
        let output = run(self.folder.path(), &[verb, &name, "--data-dir", "data"])?;
        ensure!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Runs `ferry VERB task.yaml ...`, which must end with this code; returns its words.
    fn ferry(&self, words: &[&str], code: i32) -> Result<String> {
        let (verb, more) = words.split_first().context("a verb")?;
        let arguments = [&[*verb, "task.yaml", "--data-dir", "data", "--json"], more].concat();
        let output = run(self.folder.path(), &arguments)?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() != Some(code) {
            let passed = r#""level":"pass""#;
            let told: Vec<&str> = out.lines().filter(|line| !line.contains(passed)).collect();
            let (words, told) = (words.join(" "), told.join("\n"));
            bail!("ferry {words} ended with {:?}, not {code}:\n{told}\n{err}", output.status.code());
        }
        Ok(out.into_owned())
    }

    fn document(&self, setting: &Setting) -> String {
        let accepted = if setting.switches.is_empty() { "" } else { expectation::ACCEPTED };
        let (name, source, target) = (self.trials, self.source.port(), self.target.port());
        let database = &self.database;
        format!(
            "name: trial-{name}
source: {{ host: 127.0.0.1, port: {source}, user: root, tls: {{ mode: disabled }} }}
target: {{ host: 127.0.0.1, port: {target}, user: root, tls: {{ mode: disabled }} }}
migration: full_and_incremental
objects:
  - database: {database}
    target: {DATABASE}
tuning: {{ chunk_bytes: 16 KiB }}
ignore: [sync_binlog{accepted}]
"
        )
    }
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(ferry_binary()?);
    command.args(arguments).env("FERRY_LOG", "warn").current_dir(folder);
    command.output().context("ferry runs")
}

fn same(found: &Picture, usual: &Picture, when: &str) -> Result<()> {
    let differences = found.differences(usual);
    ensure!(differences.is_empty(), "other rows than under the defaults {when}:\n{}", differences.join("\n"));
    Ok(())
}

/// The differences of a `verify --json`, over all tables.
fn counted(said: &str) -> u64 {
    let events = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let tables = events.filter(|event| event["event"] == "verified_table");
    let kinds = ["missing", "extra", "different"];
    tables.map(|table| kinds.iter().filter_map(|kind| table["outcome"][kind].as_u64()).sum::<u64>()).sum()
}
