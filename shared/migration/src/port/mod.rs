//! What the handlers need from the outside, as narrow traits over domain types.
//!
//! Adapters implement them beside this crate; one contract suite (`tests/port-contracts`) runs on all of the
//! platform ports. Futures are bound `Send`; code is generic over the ports it uses. No `dyn`.

mod admission;
mod checkpoint_table;
mod clock;
mod error;
mod queue;
mod source;
mod target;

pub use admission::{admit_message, admit_writes};
pub use checkpoint_table::{CheckpointTable, Commit, Expect, Record, RecordKey, Version, Write};
pub use clock::Clock;
pub use error::{PortError, Surface};
pub use queue::{Delivery, Inbox, Outgoing, Queue, QueueName, Receipt, SendOutcome};
pub use source::{
    KeySampler, Page, PageRequest, RowSource, SourceCatalog, SourceFacts, SourceQuestion, TlsFacts,
};
pub use target::{
    RejectedRow, Sink, TargetCatalog, TargetClock, TargetFacts, TargetProbe, WriteBatch, WriteOutcome,
};
