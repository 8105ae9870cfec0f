//! What a killed process leaves: everything it acknowledged, and no half of a transaction.
//!
//! A program that commits and sends without end is killed by SIGKILL again and again, each time at another moment,
//! counted in acknowledgements and not in time. It shows the death of a process; that the disk keeps what it was
//! told to sync is the disk's word.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clock::SystemClock;
use embedded::{QueueSettings, Store, TaskLock, TaskLockError};
use migration::port::{CheckpointTable, Inbox, QueueName, RecordKey};

const ROUNDS: usize = 12;

#[derive(Default)]
struct Acknowledged {
    stored: BTreeSet<(usize, u64)>,
    sent: BTreeSet<(usize, u64)>,
}

/// Runs the program until it printed `lines` acknowledgements, kills it, and reads what else it managed to print.
fn run_and_kill(folder: &Path, lines: usize, acknowledged: &mut Acknowledged) {
    let program = env!("CARGO_BIN_EXE_commit-until-killed");
    let mut child: Child = Command::new(program).arg(folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in printed.by_ref().take(lines) {
        note(&line.unwrap(), acknowledged);
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(9),
        "it was killed and did not stop itself"
    );
    for line in printed {
        note(&line.unwrap(), acknowledged);
    }
}

fn note(line: &str, acknowledged: &mut Acknowledged) {
    let mut words = line.split(' ');
    let what = words.next().unwrap();
    let of = (words.next().unwrap().parse().unwrap(), words.next().unwrap().parse().unwrap());
    let fresh = match what {
        "stored" => acknowledged.stored.insert(of),
        "sent" => acknowledged.sent.insert(of),
        _ => panic!("an acknowledgement of an unknown kind"),
    };
    assert!(fresh, "{line} was acknowledged twice: the counter went back");
}

#[tokio::test]
async fn everything_acknowledged_survives_a_sudden_death() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        run_and_kill(folder.path(), 1 + round * 37 % 200, &mut acknowledged);
    }
    assert!(acknowledged.stored.len() > ROUNDS && !acknowledged.sent.is_empty());

    let settings = QueueSettings::new("death");
    let store = Store::open_existing(folder.path(), SystemClock::new(), settings).unwrap();
    let mut stored = BTreeSet::new();
    for writer in 0..8 {
        let partition = format!("writer#{writer}");
        let key = RecordKey { partition: partition.clone(), sort: "counter".to_owned() };
        let counter: u64 = store.get(&key).await.unwrap().map_or(0, |record| record.body.parse().unwrap());
        let records = store.range(&partition, "record#", None, u32::MAX).await.unwrap();
        let numbers: Vec<u64> = records.iter().map(|record| record.body.parse().unwrap()).collect();
        assert_eq!(numbers, (1..=counter).collect::<Vec<u64>>(), "a transaction was torn");
        stored.extend(numbers.into_iter().map(|number| (writer, number)));
    }
    assert!(acknowledged.stored.is_subset(&stored));

    let mut sent = BTreeSet::new();
    loop {
        let deliveries = store.receive(QueueName::Copy, 10, Duration::from_secs(600)).await.unwrap();
        if deliveries.is_empty() {
            break;
        }
        for delivery in deliveries {
            let (writer, number) = delivery.body.split_once(' ').unwrap();
            assert!(sent.insert((writer.parse().unwrap(), number.parse().unwrap())), "a message was doubled");
        }
    }
    assert!(acknowledged.sent.is_subset(&sent));
    assert!(sent.is_subset(&stored), "a message was sent before its transaction was stored");
}

#[test]
fn the_lock_of_a_killed_process_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hold-task-lock"))
        .arg(folder.path())
        .arg("shop-move")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    let refused = TaskLock::acquire(folder.path(), "shop-move").unwrap_err();
    assert!(matches!(refused, TaskLockError::Held { pid } if pid == Some(child.id())));
    TaskLock::acquire(folder.path(), "another").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    TaskLock::acquire(folder.path(), "shop-move").unwrap();
}
