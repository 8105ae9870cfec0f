//! The event-applier: folds a lane's batches to one operation a key, writes them, and records how far the lane is.
//!
//! It also executes definitions on the target, when every lane has reached them.

pub mod define;
