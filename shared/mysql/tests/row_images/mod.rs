//! Events made up from known values: what the binlog crate's own decoder makes of them, and what damage does.

mod damage;
mod equality;
mod prepared;
mod refusals;
