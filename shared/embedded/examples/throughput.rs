//! How many commits and messages a second does the SQLite file carry, and what does grouping bring?
//!
//! Commits are what a copier does for each page: load a record, store it under its version. Messages are sent,
//! received and deleted as the runner does. The folder is the argument, so that the disk in question is measured:
//! `cargo run --release -p embedded --example throughput -- FOLDER`.

use std::path::Path;
use std::time::{Duration, Instant};

use clock::SystemClock;
use embedded::{QueueSettings, Store};
use migration::port::{
    CheckpointTable, Commit, Expect, Inbox, Outgoing, Queue, QueueName, RecordKey, Version, Write,
};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(3);
const VISIBILITY: Duration = Duration::from_secs(300);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::args().nth(1).expect("the data folder to measure in is the first argument");
    let store = Store::open(Path::new(&folder), SystemClock::new(), QueueSettings::new("throughput"));
    let store = store.expect("the data folder opens");
    for callers in [1, 4, 16, 64] {
        let commits = run(callers, |caller| commit_until(&store, callers, caller)).await;
        println!("{callers:2} callers: {commits:8.0} commits/s of one 600-byte record");
    }
    for callers in [1, 4, 16] {
        let messages = run(callers, |_| pass_messages_until(&store, QueueName::Copy)).await;
        println!(
            "{callers:2} callers: {messages:8.0} messages/s of 300 bytes sent in tens, received in tens, deleted one by one"
        );
    }
    let reads = run(4, |_| get_until(&store)).await;
    println!(" 4 callers: {reads:8.0} gets/s");
}

async fn run<F: Future<Output = u64>>(callers: u32, work: impl Fn(u32) -> F) -> f64 {
    let started = Instant::now();
    let mut works: Vec<_> = (0..callers).map(|caller| Box::pin(work(caller))).collect();
    let mut done = 0;
    // Polled together on one thread, as handlers of the local runner are.
    let mut open: Vec<bool> = works.iter().map(|_| true).collect();
    std::future::poll_fn(|context| {
        for (work, open) in works.iter_mut().zip(&mut open) {
            if *open && let std::task::Poll::Ready(count) = work.as_mut().poll(context) {
                done += count;
                *open = false;
            }
        }
        if open.iter().any(|open| *open) { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    f64::from(u32::try_from(done).expect("a few seconds do not count to four milliards"))
        / started.elapsed().as_secs_f64()
}

async fn commit_until(store: &Store<SystemClock>, callers: u32, caller: u32) -> u64 {
    let key = RecordKey { partition: format!("run#{callers}"), sort: format!("chunk#{caller}") };
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < SPAN {
        let expect = if count == 0 { Expect::Absent } else { Expect::Version(Version(count)) };
        let write = Write::Put { key: key.clone(), body: "x".repeat(600), expect };
        let stored = store.commit(vec![write]).await.expect("a commit succeeds");
        assert_eq!(stored, Commit::Stored);
        count += 1;
    }
    count
}

async fn pass_messages_until(store: &Store<SystemClock>, queue: QueueName) -> u64 {
    let (started, mut count) = (Instant::now(), 0);
    let messages: Vec<Outgoing> = (0..10).map(|_| Outgoing::plain("m".repeat(300))).collect();
    while started.elapsed() < SPAN {
        store.send(queue, &messages).await.expect("a send succeeds");
        for delivery in store.receive(queue, 10, VISIBILITY).await.expect("a receive succeeds") {
            store.delete(queue, &delivery.receipt).await.expect("a delete succeeds");
            count += 1;
        }
    }
    count
}

async fn get_until(store: &Store<SystemClock>) -> u64 {
    let key = RecordKey { partition: "run#1".to_owned(), sort: "chunk#0".to_owned() };
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < SPAN {
        assert!(store.get(&key).await.expect("a get succeeds").is_some());
        count += 1;
    }
    count
}
