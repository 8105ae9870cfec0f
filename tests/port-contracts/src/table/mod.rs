//! Cases about the checkpoint table.

pub mod conditions;
pub mod properties;
pub mod reading;
pub mod sizes;
