//! One suite for checkpoint tables, queues, inboxes and object stores, run on every platform that claims to be one.
//!
//! A platform joins by implementing [`Platform`] and naming itself to [`contract!`], and to
//! [`contract_of_long_spans!`] where its time can be moved by hand. The cases know nothing of what is underneath;
//! one that passes on the memory platform and fails on another has found a bug in one of the two.

pub mod object;
mod platform;
mod property;
pub mod queue;
mod suite;
pub mod table;

pub use object::ObjectPlatform;
pub use platform::{DeadLetter, Platform};
