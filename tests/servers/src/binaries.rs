//! Where the programs of this workspace are.
//!
//! A test of one package cannot make cargo build the binary of another, so they are built first (`make test` does) and
//! looked for beside the running executable, in the same profile. Never builds anything itself.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use crate::error::ServerError;

/// The `ferry` command: `$FERRY_BINARY`, or the one of the running profile.
///
/// # Errors
/// Fails when it is not built, and says how to build it.
pub fn ferry_binary() -> Result<PathBuf, ServerError> {
    find("ferry", "FERRY_BINARY")
}

/// The stand-in: `$FERRY_LINDORM_LOCAL`, or the one of the running profile.
///
/// # Errors
/// Fails when it is not built, and says how to build it.
pub fn lindorm_local_binary() -> Result<PathBuf, ServerError> {
    find("lindorm-local", "FERRY_LINDORM_LOCAL")
}

/// The programs of the five functions, by name: in `$FERRY_FUNCTIONS`, or those of the running profile.
///
/// # Errors
/// Fails when one is not built, and says how to build it.
pub fn function_binaries() -> Result<BTreeMap<String, PathBuf>, ServerError> {
    const VARIABLE: &str = "FERRY_FUNCTIONS";
    let folder = env::var_os(VARIABLE).map(PathBuf::from);
    ["precheck", "chunk-planner", "chunk-copier", "binlog-reader", "event-applier"]
        .into_iter()
        .map(|program| {
            let path = folder.as_ref().map_or_else(|| beside_us(program), |folder| folder.join(program));
            if path.is_file() {
                Ok((program.to_owned(), path))
            } else {
                Err(ServerError::NotBuilt { program, path, variable: VARIABLE })
            }
        })
        .collect()
}

fn find(program: &'static str, variable: &'static str) -> Result<PathBuf, ServerError> {
    let path = env::var_os(variable).map_or_else(|| beside_us(program), PathBuf::from);
    if path.is_file() { Ok(path) } else { Err(ServerError::NotBuilt { program, path, variable }) }
}

/// Test executables lie in `target/PROFILE/deps`, programs in `target/PROFILE`.
fn beside_us(program: &str) -> PathBuf {
    let mut folder = env::current_exe().unwrap_or_default();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    folder.join(program)
}
