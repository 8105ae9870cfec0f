//! Where the tasks are that a command is about: a data folder, or a deployment on AWS.

use std::path::Path;

use anyhow::anyhow;
use aws::{Deployment, DeploymentError};
use embedded::TaskLock;

use crate::command::CommandError;
use crate::command_line::CloudArgs;
use crate::data_dir;
use crate::records::Records;

/// The place, with its records.
pub(crate) struct Place {
    pub(crate) records: Records,
    /// None for a data folder.
    pub(crate) deployment: Option<Deployment>,
}

/// Who carries a task out just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worker {
    /// A process.
    Process,
    /// No process does.
    Nobody,
    /// The functions of a deployment.
    Functions,
}

impl Place {
    /// Opens a place that must be there; `scope` keeps the queues of a data folder's tasks apart.
    pub(crate) async fn open(cloud: &CloudArgs, folder: &Path, scope: &str) -> Result<Self, CommandError> {
        if cloud.aws {
            return Self::deployed(&cloud.stack).await;
        }
        if !folder.is_dir() {
            return Err(CommandError::usage(anyhow!("there is no data folder {}", folder.display())));
        }
        Ok(Self { records: Records::Local(data_dir::open(folder, scope)?), deployment: None })
    }

    /// Finds a deployment.
    pub(crate) async fn deployed(stack: &str) -> Result<Self, CommandError> {
        let deployment = Deployment::find(stack).await.map_err(|error| match error {
            DeploymentError::Port(error) => CommandError::from(error),
            usage @ (DeploymentError::NoRegion
            | DeploymentError::NoCredentials
            | DeploymentError::Refused { .. }
            | DeploymentError::NotThere { .. }
            | DeploymentError::Denied { .. }) => CommandError::usage(usage),
        })?;
        Ok(Self { records: Records::Aws(deployment.table()), deployment: Some(deployment) })
    }

    /// The place in words.
    pub(crate) fn name(&self) -> String {
        match &self.deployment {
            Some(deployment) => format!("deployment {} in {}", deployment.stack(), deployment.region()),
            None => "this data folder".to_owned(),
        }
    }

    /// Who carries a task out. Only a data folder has a lock to tell by.
    pub(crate) fn worker(&self, folder: &Path, task: &str) -> Result<Worker, CommandError> {
        if self.deployment.is_some() {
            return Ok(Worker::Functions);
        }
        Ok(if TaskLock::is_held(folder, task)? { Worker::Process } else { Worker::Nobody })
    }
}
