//! What the handlers need from the outside, as narrow traits over domain types.
//!
//! Adapters implement them beside this crate; one contract suite (`tests/port-contracts`) runs on all of the
//! platform ports. Futures are bound `Send`; code is generic over the ports it uses. No `dyn`.

mod admission;
mod change_log;
mod checkpoint_table;
mod clock;
mod definer;
mod error;
mod object_store;
mod queue;
mod source;
mod target;

pub use admission::{admit_message, admit_visibility, admit_writes};
pub use change_log::{
    Begin, ChangeLog, ImageFault, LogEnd, LogEvent, LogGone, LogStart, LogStream, OpenAt, RawChange,
    RowImages, StartWay,
};
pub use checkpoint_table::{CheckpointTable, Commit, Expect, Record, RecordKey, Version, Write};
pub use clock::Clock;
pub use definer::TargetDefiner;
pub use error::{LOGIN_REFUSED, PortError, Surface};
pub use object_store::{ObjectStore, admit_object_name};
pub use queue::{Delivery, Inbox, Outgoing, Queue, QueueName, Receipt, SendOutcome};
pub use source::{
    KeySampler, Page, PageOf, PageRequest, RowSource, SourceCatalog, SourceFacts, SourceQuestion, TlsFacts,
};
pub use target::{
    DeleteBatch, Deleter, RejectedRow, Sink, TargetCatalog, TargetClock, TargetFacts, TargetProbe,
    WriteBatch, WriteOutcome,
};
