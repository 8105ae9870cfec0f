//! The published JSON Schema of the task document, for editors and for checks before submitting.
//!
//! It accepts the keys that this version obeys. The parser is the judge: it sees faults between keys, which a
//! schema cannot. The test below holds the two to the same keys, words and numbers.

/// The schema's text (JSON Schema, draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("task.schema.json");
