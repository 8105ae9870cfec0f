//! The event-applier: folds a lane's batches to one operation a key, writes them, and records how far the lane is.
//!
//! It also executes definitions on the target, when every lane has reached them.

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
