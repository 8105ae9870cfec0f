//! The target adapter against the stand-in: what is written is what is read, under every assumption the stand-in can
//! be switched to, and through every fault a process and a wire can have.

mod applying;
mod catalog;
mod definer;
mod deleting;
mod faults;
mod forms;
mod line;
mod lost_answers;
mod probe_table;
mod probing;
mod probing_nodes;
mod probing_rights;
mod probing_values;
mod reading;
mod stand;
mod transport;
mod values;
mod writing;
