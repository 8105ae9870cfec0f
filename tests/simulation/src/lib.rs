//! Whole migrations in memory: the real handlers in orders drawn from seeds, under everything that may go wrong.
//!
//! [`play`] carries out one run by a seed in an [`Environment`] and judges it; on a [`Stage`] a test plays a schedule of its
//! own. The tests are in `tests/`.

mod check;
mod disturb;
mod environment;
mod handlers;
mod invocation;
mod named;
mod operator;
mod play;
mod runner;
mod stage;
mod trial;
mod writer;

pub use check::Trouble;
pub use environment::{Environment, Switch};
pub use handlers::Ends;
pub use named::{NAMES, REFUSING, named};
pub use play::play;
pub use runner::Figures;
pub use stage::{Actor, Stage, without};
pub use trial::Trial;
