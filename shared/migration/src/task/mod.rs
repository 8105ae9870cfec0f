//! The task document: what to move, from where, to where, and by which policies.
//!
//! A task is written once by its owner as YAML or JSON and is the only input of a migration. This module
//! turns the parsed value of such a file into plain typed data ([`Task`]), or into the list of *all* its
//! faults ([`Faults`]), each with the path of the offending key. Unknown keys, and keys a later version will
//! know, are faults: an instruction that is read must never be ignored.
//!
//! The document never holds a secret, only where to find one ([`SecretReference`]), so it may be stored,
//! compared and printed. Nothing here reads files, environment or clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::value::ZeroDates;

pub mod defaults;

mod accepted_finding;
mod canonical;
mod choice;
mod cross_check;
mod deployable;
mod difference;
mod document_path;
mod endpoint;
mod fault;
mod json_schema;
mod name;
mod nearest_key;
mod node;
mod objects;
mod parse;
mod parse_endpoint;
mod parse_objects;
mod parse_policies;
mod policy;
mod quantity;
mod selection;
mod shape;

pub use accepted_finding::AcceptedFinding;
pub use canonical::TaskDigest;
pub use difference::Change;
pub use endpoint::{Endpoint, SecretReference, Tls, TlsMode};
pub use fault::{Complaint, Fault, Faults};
pub use json_schema::JSON_SCHEMA;
pub use name::TaskName;
pub use nearest_key::nearest_key;
pub use objects::{Columns, DatabaseSelection, TableException};
pub use policy::{
    BadRowPolicy, MigrationMode, NameCase, Names, NotEmptyPolicy, OnDdl, RetryWindows, TablesOnTarget,
    Tuning, UnsupportedDdl,
};
pub use quantity::{ByteSize, QuantityError, TimeSpan};
pub use selection::{ColumnSelection, TableSelection};

/// A valid task document with every default filled in.
///
/// Made only by [`Task::parse`] (or by deserializing, which goes through it). Serializing gives the complete
/// document back; it holds references to secrets, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Task {
    /// What the operator calls this task; unique in one data folder or deployment.
    pub name: TaskName,
    /// The MySQL server that is read.
    pub source: Endpoint,
    /// The LindormTable instance that is written, by its MySQL-compatible endpoint.
    pub target: Endpoint,
    /// Which phases the task has.
    pub migration: MigrationMode,
    /// The databases and tables to move, at least one, in the document's order.
    pub objects: Vec<DatabaseSelection>,
    /// How names on the target are derived where the document gives none.
    pub names: Names,
    /// What may be made on the target, and what may already be there.
    pub tables_on_target: TablesOnTarget,
    /// How long failures that may pass are tried again.
    pub retry: RetryWindows,
    /// What happens to definitions of the source that cannot be carried.
    pub on_ddl: OnDdl,
    /// What happens to a row that the target cannot carry.
    pub on_bad_row: BadRowPolicy,
    /// What a zero or invalid date of the source becomes.
    pub zero_dates: ZeroDates,
    /// Sizes and counts that change speed and memory, never the outcome.
    pub tuning: Tuning,
    /// Precheck alerts that the owner accepts by name.
    pub ignore: BTreeSet<AcceptedFinding>,
    /// The owner's own marks, carried into reports unchanged.
    pub labels: BTreeMap<String, String>,
}
