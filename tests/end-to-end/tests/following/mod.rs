//! Runs that follow the log beside writers: both sides end equal, and the operator's verbs do what they say.

mod caught_up;
mod chaos;
mod failover;
mod kills;
mod large_transaction;
mod outages;
pub(crate) mod random;
mod stage;
mod stand;
mod streams;
mod verbs;
mod writer;
