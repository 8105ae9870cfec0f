//! The task document: what is refused and how it is told, what is selected, what counts as a change.

mod any_value;
mod difference;
mod document;
mod endpoint_faults;
mod faults;
mod object_faults;
mod policy_faults;
mod round_trip;
mod selection;
