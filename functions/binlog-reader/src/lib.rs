//! The binlog-reader: follows the source's log and routes row changes to lanes, as raw images in ordered batches.
//!
//! - [`handler`]: one invocation: who may read, the loop, the end
//! - [`pace`]: how much is read before it is shipped
//! - `enter`: run state, gate, lease, and whether a new epoch starts
//! - `open`, `history`, `switch`: the log, the proof that it is the same one, and another server
//! - `cursor`: where reading stands, inside a transaction and between two
//! - `follow`: what each event of the log does
//! - `tables`, `route`, `lanes`: which table, which lane, which batch
//! - `load`, `aside`: packing while reading goes on
//! - `ship`, `store`: the queue first, then the position
//! - `definition`, `wait`, `finish`: barriers, back-pressure, lanes that do not move, the end
//!
//! It never decodes more of a row than its key, and never talks to the target.

mod aside;
mod cursor;
mod definition;
mod enter;
mod finish;
mod follow;
mod halt;
pub mod handler;
mod held;
mod history;
mod lanes;
mod load;
mod open;
pub mod pace;
mod route;
mod ship;
mod store;
mod switch;
mod tables;
mod wait;
