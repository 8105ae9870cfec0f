//! The suite on the SQLite file.

use std::time::Duration;

use embedded::{QueueSettings, Store};
use memory::ManualClock;
use migration::port::QueueName;
use migration::time::UnixMs;
use port_contracts::{DeadLetter, Platform};
use tempfile::TempDir;

struct Embedded {
    clock: ManualClock,
    store: Store<ManualClock>,
    _folder: TempDir,
}

impl Platform for Embedded {
    const CASES: u32 = 24;
    type Table = Store<ManualClock>;
    type Queue = Store<ManualClock>;

    async fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::stepped(UnixMs(1_700_000_000_000));
        let settings = QueueName::ALL.into_iter().fold(QueueSettings::new("suite"), |settings, queue| {
            settings.with_receives_max(queue, Self::RECEIVES_MAX)
        });
        let store = Store::open(folder.path(), clock.clone(), settings).unwrap();
        Self { clock, store, _folder: folder }
    }

    fn table(&self) -> &Store<ManualClock> {
        &self.store
    }

    fn queue(&self) -> &Store<ManualClock> {
        &self.store
    }

    async fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    async fn dead_letters(&self, queue: QueueName) -> Vec<DeadLetter> {
        let dead = self.store.dead_letters(queue, 1_000).await.unwrap().into_iter();
        dead.map(|letter| DeadLetter { body: letter.body, receive_count: Some(letter.receive_count) })
            .collect()
    }
}

port_contracts::contract!(Embedded);
port_contracts::contract_of_long_spans!(Embedded);
