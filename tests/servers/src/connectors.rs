//! MySQL clients of other languages: the answer of `infra/connectors/connectors-find`.
//!
//! They are there to try the stand-in with programs that know nothing of it and share no code with it.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::error::ServerError;
use crate::finder::Finder;

const SCRIPT: Finder = Finder { name: "connectors-find", path: "infra/connectors/connectors-find" };

/// Interpreters that run here and have a MySQL client.
#[derive(Debug, Clone)]
pub struct Connectors {
    /// A Python with PyMySQL.
    pub python: PathBuf,
    /// A Perl with DBD::MariaDB, which stands on the MariaDB C connector.
    pub perl: PathBuf,
}

static FOUND: Mutex<Option<Connectors>> = Mutex::new(None);

impl Connectors {
    /// Finds the clients; the first call on a machine may fetch and unpack them (ten seconds).
    ///
    /// # Errors
    /// Fails when there are none; the message says what to do.
    pub fn find() -> Result<Self, ServerError> {
        let mut found = FOUND.lock().expect("invariant: nothing panics while it holds this lock");
        if let Some(connectors) = &*found {
            return Ok(connectors.clone());
        }
        let answer = SCRIPT.ask(|message| ServerError::NoConnectors { message })?;
        let connectors = Self {
            python: answer.text("FERRY_CONNECTORS_PYTHON")?.into(),
            perl: answer.text("FERRY_CONNECTORS_PERL")?.into(),
        };
        *found = Some(connectors.clone());
        Ok(connectors)
    }
}
