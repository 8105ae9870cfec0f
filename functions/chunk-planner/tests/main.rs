//! The chunk-planner over ports in memory: cutting, owning, stamping, waking and ending.

mod cutting;
mod finishing;
mod following;
mod invocation;
mod owning;
mod recopying;
mod stamping;
mod still_log;
mod waking;
