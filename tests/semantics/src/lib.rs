//! The semantics suite: a whole migration under every answer the target could give.
//!
//! No live Lindorm was at hand, so much of its behaviour is unknown; the stand-in has a switch for each such point. A trial
//! sets some switches, moves one fixed database with `ferry run` while it changes, and looks at the result three ways: `ferry verify`
//! finds nothing; an independent client reads the same rows as under the defaults; damage done behind Ferry's back is
//! found and repaired. Where a setting makes exactness impossible, precheck must say so by its code instead.
//!
//! - `setting`: the switches of a trial, every single one or a seeded mixture
//! - `expectation`: which settings precheck must refuse, and how
//! - `source`: the database that is moved
//! - `changes`: what changes in it while it is moved
//! - `picture`: the target's rows as an independent client reads them
//! - `damage`: what is done to the target, to be found and repaired
//! - `trial`: one setting from start to judgement
//! - `suite`: many of them, side by side
//! - `same_rendering`: rows by copy against the same rows by log
//!
//! It asserts nothing about time, but tells it.

mod changes;
mod damage;
mod expectation;
mod picture;
mod same_rendering;
mod setting;
mod source;
mod suite;
mod trial;

pub use same_rendering::same_rendering;
pub use setting::{Setting, mixtures, share, singles};
pub use suite::{Report, run};
