//! One file a rule: a function from a file (or the packages) to the places where it is broken.
//!
//! Rules are pure, so that each can be shown biting on a sample in memory.

mod attribute;
mod condition;
mod dependency;
mod header;
mod import;
mod module_name;
mod place;
mod purity;
mod size;
mod waiting;

pub use attribute::no_ignored_tests;
pub use condition::only_known_conditions;
pub use dependency::dependencies_point_inwards;
pub use header::files_open_with_their_purpose;
pub use import::no_wildcards;
pub use module_name::modules_are_named_for_what_they_hold;
pub use place::no_machine_places;
pub use purity::the_core_is_pure;
pub use size::{files_are_short, functions_fit_a_screen, mains_only_wire, rust_parses};
pub use waiting::unit_tests_do_not_wait;
