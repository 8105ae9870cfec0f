//! Every port in memory, with a manual clock and scripted faults, for unit and simulation tests.
//!
//! A [`Platform`] is clock, fault script, checkpoint table and queue of one imagined deployment; [`MemorySource`]
//! and [`MemoryTarget`] are the two servers. All of them are handles: a clone is the same thing.
//! A [`World`] is a run as precheck leaves it, and [`simulate`] carries it out in an order drawn from a seed, with one disturbance.
//! Nothing here is for production, sleeps in real time, or touches disk or network.

mod cells;
mod clock;
mod definition;
mod faults;
mod history;
mod images;
mod log;
mod log_files;
mod nature;
mod objects;
mod planned;
mod platform;
mod queue;
mod random;
mod simulate;
mod source;
mod source_key;
mod source_question;
mod source_table;
mod table;
mod target;
mod world;
mod yielding;

pub use clock::ManualClock;
pub use faults::{Call, Fault, Faults};
pub use images::{MemoryColumns, MemoryImages, MemoryShape};
pub use log::{MemoryLog, MemoryStream};
pub use nature::{Nature, Nulls, Ties};
pub use objects::MemoryObjects;
pub use platform::Platform;
pub use queue::{DeadLetter, MemoryQueue};
pub use random::Random;
pub use simulate::{Disturbance, Handled, Simulation, simulate};
pub use source::MemorySource;
pub use source_table::RowChange;
pub use table::MemoryTable;
pub use target::MemoryTarget;
pub use world::{TARGET, World, chunk_id, finish, row};
pub use yielding::{Yielding, YieldingStream, next_call};
