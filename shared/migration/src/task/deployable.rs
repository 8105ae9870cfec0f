//! What a document must not refer to when other machines than its owner's carry the task out.
//!
//! Functions have neither the owner's environment nor the owner's files. What a document says is valid all the same, so this
//! is asked apart from parsing, by whoever takes a document in for functions.

use super::Task;
use super::document_path::DocumentPath;
use super::endpoint::SecretReference;
use super::fault::{FaultList, Faults};

const SECRET_EXPECTED: &str = "a secret that functions can read: { secrets_manager: ARN }";
const AUTHORITY_EXPECTED: &str = "no ca, or a submission by `ferry submit --aws`, which takes the file along";

impl Task {
    /// Whether functions can carry the task out; `takes_files` where the text of its authorities is submitted with it.
    ///
    /// # Errors
    /// [`Faults`] with everything that only the owner's machine has.
    pub fn check_deployable(&self, takes_files: bool) -> Result<(), Faults> {
        let mut faults = FaultList::default();
        for (name, end) in [("source", &self.source), ("target", &self.target)] {
            let path = DocumentPath::top().key(name);
            let found = match &end.password {
                Some(SecretReference::Env(_)) => Some("a variable of the submitter's environment"),
                Some(SecretReference::File(_)) => Some("a file of the submitter's machine"),
                Some(SecretReference::SecretsManager(_)) | None => None,
            };
            if let Some(found) = found {
                faults.unexpected(&path.key("password"), found, SECRET_EXPECTED);
            }
            if end.tls.ca.is_some() && !takes_files {
                let found = "a file of the submitter's machine";
                faults.unexpected(&path.key("tls").key("ca"), found, AUTHORITY_EXPECTED);
            }
        }
        faults.into_result()
    }
}
