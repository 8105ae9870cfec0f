//! What is wrong with a document: all of it at once, each with the path, what was found and what is expected.
//!
//! An owner who is told one fault per attempt needs as many attempts as there are faults. The wording lives
//! here and in the texts the parser hands over; a value that could be a secret never reaches either.

use std::fmt;

use super::document_path::DocumentPath;

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is, such as `objects[0].tables[1].target`.
    pub path: String,
    /// What is wrong there.
    pub complaint: Complaint,
}

/// What can be wrong at one place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complaint {
    /// A required key is not there.
    Missing {
        /// What should be there.
        expected: String,
    },
    /// A value is not what it must be.
    Unexpected {
        /// What is there, without any value that could be a secret.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A key that no version knows.
    UnknownKey {
        /// The known key it was probably meant to be.
        nearest: Option<String>,
        /// All keys that may be used at this place.
        usable: Vec<String>,
    },
    /// A key of the documented format that this version does not carry out.
    NotYetSupported,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.complaint {
            Complaint::Missing { expected } => write!(f, "missing, expected {expected}"),
            Complaint::Unexpected { found, expected } => write!(f, "found {found}, expected {expected}"),
            Complaint::UnknownKey { nearest: Some(nearest), .. } => {
                write!(f, "unknown key, did you mean {nearest}?")
            }
            Complaint::UnknownKey { nearest: None, usable } => {
                write!(f, "unknown key, expected one of {}", usable.join(", "))
            }
            Complaint::NotYetSupported => f.write_str("not supported by this version yet"),
        }
    }
}

/// Every fault of a document, at least one, in the order of the documented format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the task document has 1 fault")?,
            count => write!(f, "the task document has {count} faults")?,
        }
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// Collects faults while a document is read.
#[derive(Debug, Default)]
pub(super) struct FaultList(Vec<Fault>);

impl FaultList {
    /// Adds one.
    pub(super) fn add(&mut self, path: &DocumentPath, complaint: Complaint) {
        self.0.push(Fault { path: path.to_string(), complaint });
    }

    /// Adds a value that is not what it must be.
    pub(super) fn unexpected(
        &mut self,
        path: &DocumentPath,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.add(path, Complaint::Unexpected { found: found.into(), expected: expected.into() });
    }

    /// `Ok` if nothing was added.
    pub(super) fn into_result(self) -> Result<(), Faults> {
        if self.0.is_empty() { Ok(()) } else { Err(Faults(self.0)) }
    }
}
