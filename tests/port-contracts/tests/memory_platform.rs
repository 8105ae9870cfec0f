//! The suite on the platform in memory.

use std::time::Duration;

use memory::{ManualClock, MemoryQueue, MemoryTable};
use migration::port::QueueName;
use port_contracts::{DeadLetter, Platform};

struct Memory {
    clock: ManualClock,
    table: MemoryTable,
    queue: MemoryQueue,
}

impl Platform for Memory {
    const CASES: u32 = 200;
    type Table = MemoryTable;
    type Queue = MemoryQueue;

    async fn fresh() -> Self {
        let memory::Platform { clock, table, queue, .. } = memory::Platform::stepped();
        for name in QueueName::ALL {
            queue.set_receives_max(name, Self::RECEIVES_MAX);
        }
        Self { clock, table, queue }
    }

    fn table(&self) -> &MemoryTable {
        &self.table
    }

    fn queue(&self) -> &MemoryQueue {
        &self.queue
    }

    async fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    async fn dead_letters(&self, queue: QueueName) -> Vec<DeadLetter> {
        let dead = self.queue.dead_letters(queue).into_iter();
        dead.map(|letter| DeadLetter { body: letter.body, receive_count: Some(letter.receive_count) })
            .collect()
    }
}

port_contracts::contract!(Memory);
port_contracts::contract_of_long_spans!(Memory);
