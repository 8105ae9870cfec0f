//! The applier over ports in memory: what it promises lane by lane.

mod accepting;
mod applying;
mod bad_rows;
mod folding;
mod lane;
mod spacing;
mod trouble;
