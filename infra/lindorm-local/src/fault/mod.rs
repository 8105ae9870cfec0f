//! Faults on demand: what a busy, full, restarting or badly connected server does, switched on and off while it runs.
//!
//! The faults are those of the list at the end of `lindorm.md` 11. They are set by one small language, from a test in
//! process through [`Faults`] or over the control port through [`Control`]; both take the same [`Command`].
//!
//! Why a fault does what it says, and nothing else:
//!
//! 1. The wire asks at two points only: `Faults::strikes_connection` before a connection gets its greeting, and
//!    `execution::execute` around a statement. With no fault set either costs one relaxed atomic load.
//! 2. Which faults strike a statement is decided once, under one lock, before anything of it is applied. A fault that ends the
//!    statement hides the faults set after it, so the counts tell what happened.
//! 3. Waiting happens between that decision and the call of the engine, so no lock of the engine is held meanwhile, and a
//!    statement whose time is over by then is never handed to the engine: 3024 after a wait means that nothing was applied.
//! 4. "Applied" always means a call of the engine that has returned before the client can know of the fault. A late write is the
//!    exception that is asked for; it is dropped once the statement's own timeout is over, as on the real server.
//! 5. A statement that the engine refuses is answered with that refusal, whatever fault struck it: a fault never turns a
//!    statement that is wrong into one that may be tried again.
//! 6. Clearing a fault wakes whoever waits for it; closing the server wakes everybody and cuts them, applying nothing.
//!
//! This module never reads a socket of a client and never decides what a statement means.

mod command;
mod control;
mod execution;
mod option;
mod port;
mod recipe;
mod registry;
mod seed;
mod statement;

pub use command::{ClockStep, Command, CommandError, Which};
pub use control::Control;
pub use port::{ControlPort, ControlPortError};
pub use recipe::{Applied, Delay, Effect, Recipe, Scope};
pub use registry::{FaultId, Faults};
pub use statement::Verb;

pub(crate) use execution::{Failure, execute};
