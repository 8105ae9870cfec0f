//! What a person, or a program, sees of a run.
//!
//! - `snapshot`: the figures, read from the records
//! - `following`: the log, where a run follows it
//! - `reporter`: which of the three forms is used, and when something is said
//! - `event`: one JSON line for each event
//! - `bars`: the terminal
//! - `summary`: a page of text at the end
//! - `verify_bar`: the terminal while rows are compared
//! - `wording`: numbers with units

mod bars;
mod event;
mod following;
mod reporter;
mod snapshot;
mod summary;
mod verify_bar;
mod wording;

pub(crate) use event::{StateEvent, print_line};
pub(crate) use reporter::Reporter;
pub(crate) use snapshot::{KnownTables, Snapshot, TableSnapshot};
pub(crate) use summary::snapshot_text;
pub(crate) use verify_bar::VerifyBar;
pub(crate) use wording::{bytes_text, count_text, span_text};
