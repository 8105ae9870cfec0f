//! From the document's two ends to connections: secrets are looked up here and go nowhere else.

use anyhow::Context;
use migration::task::{Endpoint, SecretReference, Task};

use crate::command::CommandError;
use crate::task_file::{ProcessEnvironment, TaskFile};

/// Both ends of a task. Nothing is connected before it is first asked.
pub(crate) struct Ends {
    pub(crate) source: mysql::Source,
    pub(crate) target: lindorm::Target,
    /// Names the target instance in owner records.
    pub(crate) target_name: String,
}

impl Ends {
    pub(crate) async fn of(file: &TaskFile) -> Result<Self, CommandError> {
        let task = &file.task;
        let copiers = usize::from(task.tuning.copiers);
        let appliers = if task.migration.follows() { usize::from(task.tuning.appliers) } else { 0 };
        // Beside the copiers: the planner, and the reader with its questions.
        let readers = copiers + if task.migration.follows() { 4 } else { 2 };
        let (one, other) = (&task.source, &task.target);
        let cloud = secrets(task).await;
        let cloud = cloud.as_ref();
        let source =
            mysql::ConnectionSettings::of(one, password(file, one, cloud).await?, authority(file, one)?);
        let source = mysql::Source::new(&source, readers);
        let writers = copiers + appliers;
        let password = password(file, other, cloud).await?;
        let target = lindorm::Settings::of(other, password, authority(file, other)?, writers * 2);
        let target = lindorm::Target::new(target);
        Ok(Self { source, target, target_name: task.target.instance() })
    }
}

/// Who is asked for secrets in AWS; none where the task has none there.
async fn secrets(task: &Task) -> Option<aws::Secrets> {
    let ends = [&task.source, &task.target];
    let refers = ends.iter().any(|end| matches!(end.password, Some(SecretReference::SecretsManager(_))));
    if refers { Some(aws::Secrets::new(&aws::Clients::load().await)) } else { None }
}

async fn password(
    file: &TaskFile,
    end: &Endpoint,
    cloud: Option<&aws::Secrets>,
) -> Result<Option<String>, CommandError> {
    let Some(reference) = &end.password else { return Ok(None) };
    if let (SecretReference::SecretsManager(arn), Some(cloud)) = (reference, cloud) {
        return Ok(Some(cloud.get(arn).await.with_context(|| format!("the secret {arn} cannot be had"))?));
    }
    let secret = file.secret(reference, &ProcessEnvironment).map_err(CommandError::usage)?;
    Ok(Some(secret.expose().to_owned()))
}

/// The text of the certificate authorities; a file that cannot be read is a fault of the document.
pub(crate) fn authority(file: &TaskFile, end: &Endpoint) -> Result<Option<Vec<u8>>, CommandError> {
    let Some(path) = end.tls.ca.as_ref().map(|written| file.path_of(written)) else { return Ok(None) };
    std::fs::read(&path)
        .with_context(|| format!("the certificate authority {} cannot be read", path.display()))
        .map_err(CommandError::usage)
        .map(Some)
}
