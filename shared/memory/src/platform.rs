//! One imagined deployment: clock, faults, checkpoint table and queue made for each other.

use migration::time::UnixMs;

use crate::clock::ManualClock;
use crate::faults::Faults;
use crate::objects::MemoryObjects;
use crate::queue::MemoryQueue;
use crate::table::MemoryTable;

/// Everything a handler needs besides source and target.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The time.
    pub clock: ManualClock,
    /// The script all ports share.
    pub faults: Faults,
    /// The checkpoint table.
    pub table: MemoryTable,
    /// The queues, to send to and to receive from.
    pub queue: MemoryQueue,
    /// The object store.
    pub objects: MemoryObjects,
}

impl Platform {
    /// A platform whose clock jumps over every sleep; it starts in November 2023.
    #[must_use]
    pub fn automatic() -> Self {
        Self::on(ManualClock::automatic(UnixMs(1_700_000_000_000)))
    }

    /// A platform whose clock moves only by [`ManualClock::advance`]; it starts in November 2023.
    #[must_use]
    pub fn stepped() -> Self {
        Self::on(ManualClock::stepped(UnixMs(1_700_000_000_000)))
    }

    fn on(clock: ManualClock) -> Self {
        let faults = Faults::new(clock.clone());
        let table = MemoryTable::new(faults.clone());
        let queue = MemoryQueue::new(clock.clone(), faults.clone());
        let objects = MemoryObjects::new(faults.clone());
        Self { clock, faults, table, queue, objects }
    }
}
