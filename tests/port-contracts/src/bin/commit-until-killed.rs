//! Commits and sends without end to the data folder named by the argument, and prints each acknowledgement.
//!
//! The test of sudden death starts it, kills it, and compares what was acknowledged with what is there. A line is
//! `stored WRITER NUMBER` or `sent WRITER NUMBER` and is printed only after the answer came.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clock::SystemClock;
use embedded::{QueueSettings, Store};
use futures_util::future::try_join_all;
use migration::port::{
    CheckpointTable, Commit, Expect, Outgoing, PortError, Queue, QueueName, RecordKey, Write,
};

/// Writers at once, so that several commits share a transaction of the file.
const WRITERS: usize = 8;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: commit-until-killed FOLDER");
        return ExitCode::from(2);
    };
    let store = match Store::open(Path::new(&folder), SystemClock::new(), QueueSettings::new("death")) {
        Ok(store) => store,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let outcome = runtime.block_on(try_join_all((0..WRITERS).map(|writer| write(&store, writer))));
    eprintln!("stopped: {outcome:?}");
    ExitCode::FAILURE
}

/// Numbers go on where the last process stopped, found as a handler would: load, decide, store.
async fn write(store: &Store<SystemClock>, writer: usize) -> Result<(), PortError> {
    let key = |sort: String| RecordKey { partition: format!("writer#{writer}"), sort };
    let counter = key("counter".to_owned());
    let found = store.get(&counter).await?;
    let mut number: u64 = found.as_ref().and_then(|record| record.body.parse().ok()).unwrap_or(0);
    let mut expect = found.map_or(Expect::Absent, |record| Expect::Version(record.version));
    loop {
        number += 1;
        // A counter and a record of its own in one transaction: a torn one would show.
        let writes = vec![
            Write::Put { key: counter.clone(), body: number.to_string(), expect },
            Write::Put {
                key: key(format!("record#{number:08}")),
                body: number.to_string(),
                expect: Expect::Absent,
            },
        ];
        let stored = store.commit(writes).await?;
        assert_eq!(stored, Commit::Stored, "nobody else writes these records");
        acknowledge("stored", writer, number);
        expect = Expect::Version(store.get(&counter).await?.expect("the counter was stored").version);
        store.send(QueueName::Copy, &[Outgoing::plain(format!("{writer} {number}"))]).await?;
        acknowledge("sent", writer, number);
    }
}

fn acknowledge(what: &str, writer: usize, number: u64) {
    // One write call a line: a pipe keeps it whole, and what is in it survives this process.
    let line = format!("{what} {writer} {number}\n");
    std::io::stdout().write_all(line.as_bytes()).expect("the test reads the acknowledgements");
}
