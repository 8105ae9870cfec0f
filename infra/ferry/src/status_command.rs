//! `ferry status`: how far the tasks of a data folder, or of a deployment, have come. It only reads.

use std::time::Duration;

use anyhow::anyhow;
use clock::SystemClock;
use migration::chunk::Reject;
use migration::finding::Finding;
use migration::port::Clock;
use migration::record::{self, TaskHead};
use migration::run::State;
use migration::submission::{Refusal, refusal};
use migration::time::UnixMs;
use migration::usage::{self, Usage};
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::StatusArgs;
use crate::cost::{Architecture, Cost, NOT_COUNTED, dollars};
use crate::exit::Exit;
use crate::place::Place;
use crate::records::Records;
use crate::report::{KnownTables, Snapshot, StateEvent, print_line, snapshot_text, span_text};

/// Between two looks of `--watch`.
const LOOK: Duration = Duration::from_secs(1);
/// Each look is billed there.
const LOOK_AT_AWS: Duration = Duration::from_secs(5);

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Detail<'a> {
    Finding {
        task: String,
        finding: Finding,
    },
    Reject {
        task: String,
        record: String,
        reject: Reject,
    },
    Refused {
        place: &'a str,
        #[serde(flatten)]
        refusal: &'a Refusal,
    },
    Usage {
        task: &'a str,
        #[serde(flatten)]
        usage: &'a Usage,
        usd_x86_64: f64,
        usd_arm64: f64,
    },
}

pub(crate) async fn status(args: &StatusArgs) -> Result<Exit, CommandError> {
    let place = Place::open(&args.cloud, &args.data_dir, "status").await?;
    let pause = if place.deployment.is_some() { LOOK_AT_AWS } else { LOOK };
    let clock = SystemClock::new();
    loop {
        let seen = look(&place, args.name.as_deref(), clock.now()).await?;
        for (place, refusal) in &seen.refusals {
            if args.json {
                print_line(&Detail::Refused { place, refusal });
            } else {
                print!("{}", refusal_text(place, refusal, clock.now()));
            }
        }
        for (snapshot, usage) in &seen.tasks {
            if args.json {
                print_json(&place.records, snapshot).await?;
            } else {
                print!("{}", snapshot_text(snapshot));
            }
            if let Some(usage) = usage {
                tell_usage(args.json, &snapshot.run.task, usage);
            }
        }
        let live = seen.tasks.iter().any(|(snapshot, _)| snapshot.run.state.is_live());
        if !args.watch || !live {
            return Ok(Exit::Done);
        }
        tokio::select! {
            () = clock.sleep(pause) => {}
            () = crate::local::stop_signal() => return Ok(Exit::Done),
        }
    }
}

/// What a look finds.
struct Seen {
    /// Tasks, and what those of a deployment have used.
    tasks: Vec<(Snapshot, Option<Usage>)>,
    /// Documents that were refused in a deployment.
    refusals: Vec<(String, Refusal)>,
}

async fn look(place: &Place, name: Option<&str>, now: UnixMs) -> Result<Seen, CommandError> {
    let records = &place.records;
    let heads = record::load_all::<TaskHead>(records, record::TASKS, name.unwrap_or_default()).await?;
    let wanted = heads.into_iter().filter(|(key, _)| name.is_none_or(|name| key.sort == name));
    let mut tasks = Vec::new();
    for (_, head) in wanted {
        let run = head.value.run;
        let snapshot = Snapshot::take(records, run, &mut KnownTables::default(), now).await?;
        let usage = match place.deployment {
            Some(_) => Some(usage::load(records, run).await?),
            None => None,
        };
        tasks.push((snapshot, usage));
    }
    let mut refusals = Vec::new();
    if place.deployment.is_some() {
        refusals = refusal::load_all(records).await?;
        refusals.retain(|(place, _)| name.is_none_or(|name| place.contains(name)));
    }
    if !tasks.is_empty() || !refusals.is_empty() {
        return Ok(Seen { tasks, refusals });
    }
    let task = name.map_or_else(String::new, |name| format!(" {name}"));
    Err(CommandError::usage(anyhow!("there is no task{task} in {}", place.name())))
}

fn refusal_text(place: &str, refusal: &Refusal, now: UnixMs) -> String {
    let lines: String = refusal.faults.iter().map(|fault| format!("  {}\n", printable(fault))).collect();
    format!("document {}: refused {} ago\n{lines}", printable(place), span_text(refusal.at.until(now)))
}

/// What others wrote, without what would steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{FFFD}' } else { character }).collect()
}

fn tell_usage(json: bool, task: &str, usage: &Usage) {
    let [x86, arm] = [Architecture::X86, Architecture::Arm].map(|architecture| Cost::of(usage, architecture));
    if json {
        print_line(&Detail::Usage { task, usage, usd_x86_64: x86.usd(), usd_arm64: arm.usd() });
        return;
    }
    let Cost { functions, queues, table, objects } = x86;
    let [functions, queues, table, objects] = [functions, queues, table, objects].map(dollars);
    println!(
        "  used so far: {} on x86_64, {} on arm64 (functions {functions}, queues {queues}, table {table}, objects \
         {objects});",
        dollars(x86.total()),
        dollars(arm.total()),
    );
    println!("    {NOT_COUNTED}; nor the deployment's tick and its waiting for messages");
}

async fn print_json(store: &Records, snapshot: &Snapshot) -> Result<(), CommandError> {
    print_line(&StateEvent::run(snapshot));
    if snapshot.run.state.is_live() {
        for (activity, trouble) in snapshot.troubles.told() {
            print_line(&StateEvent::retrying(snapshot, activity, trouble));
        }
    }
    if let Some(following) = StateEvent::following(snapshot) {
        print_line(&following);
    }
    for table in &snapshot.tables {
        print_line(&StateEvent::table(table));
    }
    let partition = record::run_partition(snapshot.run.id);
    let task = || snapshot.run.task.clone();
    for (_, finding) in record::load_all::<Finding>(store, &partition, record::FINDINGS).await? {
        print_line(&Detail::Finding { task: task(), finding: finding.value });
    }
    if matches!(snapshot.run.state, State::Completed | State::Failed) {
        for (key, reject) in record::load_all::<Reject>(store, &partition, record::REJECTS).await? {
            print_line(&Detail::Reject { task: task(), record: key.sort, reject: reject.value });
        }
    }
    Ok(())
}
