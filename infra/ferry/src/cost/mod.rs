//! What a deployment costs: of what was counted, and by estimate before a move.
//!
//! Both are [`Usage`](migration::usage::Usage), billed units, priced by one table. Network, NAT gateways, storage, logs and
//! metrics depend on what is around a deployment and are never counted.

mod estimate;
mod price;

pub(crate) use estimate::{Estimate, Rate, TableSize, UPKEEP, million_changes};
pub(crate) use price::{Architecture, Cost, NOT_COUNTED, dollars};
