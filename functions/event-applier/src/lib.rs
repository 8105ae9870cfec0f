//! The event-applier: folds a lane's batches to one operation a key, writes them, and records how far the lane is.
//!
//! - [`handler`]: one invocation: consecutive messages of one lane
//! - `hold`, `leaving`: taking the lane and giving it back
//! - `group`, `decode`, `fold`: batches read together, their operations, one for each key
//! - `rows`, `write`, `spacing`: what a key takes, in rounds that keep two writes of a key apart
//! - `rejects`, `record_progress`: what is stored when the target has acknowledged
//! - [`define`]: executes definitions on the target, when every lane has reached them

mod decode;
pub mod define;
mod fold;
mod group;
pub mod handler;
mod hold;
mod leaving;
mod record_progress;
mod rejects;
mod rows;
mod spacing;
mod write;

pub use handler::Applier;
