//! `ferry status`: how far the tasks of a data folder have come. It only reads.

use std::time::Duration;

use anyhow::anyhow;
use embedded::SystemClock;
use migration::chunk::Reject;
use migration::finding::Finding;
use migration::port::Clock;
use migration::record::{self, TaskHead};
use migration::run::State;
use migration::time::UnixMs;
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::StatusArgs;
use crate::exit::Exit;
use crate::place::Place;
use crate::records::Records;
use crate::report::{KnownTables, Snapshot, StateEvent, print_line, snapshot_text};

/// Between two looks of `--watch`.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Detail {
    Finding { task: String, finding: Finding },
    Reject { task: String, record: String, reject: Reject },
}

pub(crate) async fn status(args: &StatusArgs) -> Result<Exit, CommandError> {
    let place = Place::open(&args.cloud, &args.data_dir, "status").await?;
    let clock = SystemClock::new();
    loop {
        let snapshots = look(&place, args.name.as_deref(), clock.now()).await?;
        for snapshot in &snapshots {
            if args.json {
                print_json(&place.records, snapshot).await?;
            } else {
                print!("{}", snapshot_text(snapshot));
            }
        }
        let live = snapshots.iter().any(|snapshot| snapshot.run.state.is_live());
        if !args.watch || !live {
            return Ok(Exit::Done);
        }
        tokio::select! {
            () = clock.sleep(LOOK) => {}
            () = crate::local::stop_signal() => return Ok(Exit::Done),
        }
    }
}

async fn look(place: &Place, name: Option<&str>, now: UnixMs) -> Result<Vec<Snapshot>, CommandError> {
    let heads = record::load_all::<TaskHead>(&place.records, record::TASKS, name.unwrap_or_default()).await?;
    let wanted = heads.into_iter().filter(|(key, _)| name.is_none_or(|name| key.sort == name));
    let mut snapshots = Vec::new();
    for (_, head) in wanted {
        snapshots
            .push(Snapshot::take(&place.records, head.value.run, &mut KnownTables::default(), now).await?);
    }
    match (snapshots.is_empty(), name) {
        (true, Some(name)) => {
            Err(CommandError::usage(anyhow!("there is no task {name} in {}", place.name())))
        }
        (true, None) => Err(CommandError::usage(anyhow!("there is no task in {}", place.name()))),
        (false, _) => Ok(snapshots),
    }
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
