//! Servers that stand in for AWS: the answer of `infra/aws-servers/aws-servers-find`.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::error::ServerError;
use crate::finder::Finder;

const SCRIPT: Finder = Finder { name: "aws-servers-find", path: "infra/aws-servers/aws-servers-find" };

/// Interpreters that run here and have a server.
#[derive(Debug, Clone)]
pub(crate) struct AwsServers {
    /// A Python with LocalStack.
    pub(crate) localstack: PathBuf,
    /// A Python with moto.
    pub(crate) moto: PathBuf,
}

static FOUND: Mutex<Option<AwsServers>> = Mutex::new(None);

impl AwsServers {
    /// Finds the servers; the first call on a machine may install them (three minutes).
    pub(crate) fn find() -> Result<Self, ServerError> {
        let mut found = FOUND.lock().expect("invariant: nothing panics while it holds this lock");
        if let Some(servers) = &*found {
            return Ok(servers.clone());
        }
        let answer = SCRIPT.ask(|message| ServerError::NoAwsServers { message })?;
        let servers = Self {
            localstack: answer.text("FERRY_AWS_LOCALSTACK")?.into(),
            moto: answer.text("FERRY_AWS_MOTO")?.into(),
        };
        *found = Some(servers.clone());
        Ok(servers)
    }
}
