//! Statements as a source logs them, and what they mean for a run that follows it.

mod altering;
mod followed;
mod ghosts;
mod histories;
mod tables;
