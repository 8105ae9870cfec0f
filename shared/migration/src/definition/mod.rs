//! What becomes of a run when the source changes its tables' definitions.
//!
//! A definition is judged at its barrier: everything before it is applied, nothing behind it is decoded. So there is
//! one schema a table, and [`judge`] moves it: from the tables as they are known and the changes of one statement to
//! the tables as they are afterwards, with what must be done on the target on the way. It is pure, and gives the same
//! answer when it is asked again after a crash, as long as no record was stored.

mod altered;
mod enter;
mod ghost_name;
mod judge;
mod passage;
mod remap;
mod rename;
mod rendering;
mod state;

pub use altered::{Misfit, altered};
pub use judge::{belongs_to_tool, concerns, judge, targets};
pub use passage::{
    Circumstances, CopyEffect, Effect, Followed, Ghost, GhostEffect, Passage, Refusal, TargetDefinition,
};
