//! A template as CloudFormation gets it: the answer of `infra/sam/expand`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A file of the repository, by its path from the top.
#[must_use]
pub fn repository_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Expands a template of the repository.
///
/// # Errors
/// What the script said, where it failed or its answer is not JSON.
pub fn expand(template: &str) -> Result<Value, String> {
    let output = Command::new(repository_file("infra/sam/expand"))
        .arg(repository_file(template))
        .output()
        .map_err(|cause| format!("infra/sam/expand did not start: {cause}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|cause| format!("infra/sam/expand printed no JSON: {cause}"))
}
