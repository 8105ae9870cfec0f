//! Values on both sides and the way from one to the other.
//!
//! A row that arrives by copy and the same row that arrives by log become the same [`SourceValue`]s, and
//! one [`Conversion`] turns them into [`TargetValue`]s: that is how invariant 2 (one rendering) is kept.

mod calendar;
mod conversion;
mod digest;
mod source;
mod target;

pub use calendar::{Date, DateTime, Time};
pub use conversion::{Conversion, Refusal, ZeroDates};
pub use digest::{Digest, row_digest};
pub use source::{SourceRow, SourceValue};
pub use target::{TargetRow, TargetValue};
