//! From the document's two ends to connections: secrets are looked up here and go nowhere else.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use migration::task::{Endpoint, Task};

use crate::command::CommandError;
use crate::task_file::{ProcessEnvironment, TaskFile};

/// How long connecting may take, TLS and login included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Both ends of a task. Nothing is connected before it is first asked.
pub(crate) struct Ends {
    pub(crate) source: mysql::Source,
    pub(crate) target: lindorm::Target,
    /// Names the target instance in owner records.
    pub(crate) target_name: String,
}

impl Ends {
    pub(crate) fn of(file: &TaskFile) -> Result<Self, CommandError> {
        let task = &file.task;
        let copiers = usize::from(task.tuning.copiers);
        let appliers = if task.migration.follows() { usize::from(task.tuning.appliers) } else { 0 };
        // Beside the copiers: the planner, and the reader with its questions.
        let readers = copiers + if task.migration.follows() { 4 } else { 2 };
        let source = mysql::Source::new(&source_settings(file)?, readers);
        let writers = copiers + appliers;
        let target = lindorm::Target::new(target_settings(file, writers)?);
        Ok(Self { source, target, target_name: target_name(task) })
    }
}

/// `host:port`, in lower case: the same instance must always have the same name.
fn target_name(task: &Task) -> String {
    format!("{}:{}", task.target.host.to_lowercase(), task.target.port)
}

fn password(file: &TaskFile, end: &Endpoint) -> Result<Option<String>, CommandError> {
    let Some(reference) = &end.password else { return Ok(None) };
    let secret = file.secret(reference, &ProcessEnvironment).map_err(CommandError::usage)?;
    Ok(Some(secret.expose().to_owned()))
}

/// The file of certificate authorities; one that cannot be read is a fault of the document.
fn authority(file: &TaskFile, end: &Endpoint) -> Result<Option<PathBuf>, CommandError> {
    let Some(path) = end.tls.ca.as_ref().map(|written| file.path_of(written)) else { return Ok(None) };
    let opened = File::open(&path);
    opened
        .with_context(|| format!("the certificate authority {} cannot be read", path.display()))
        .map_err(CommandError::usage)?;
    Ok(Some(path))
}

fn source_settings(file: &TaskFile) -> Result<mysql::ConnectionSettings, CommandError> {
    let end = &file.task.source;
    let authorities = authority(file, end)?.map(mysql::Authorities::File);
    Ok(mysql::ConnectionSettings {
        host: end.host.clone(),
        port: end.port,
        user: end.user.clone(),
        password: password(file, end)?,
        tls: mysql::TlsSettings { mode: end.tls.mode, authorities },
        connect_timeout: CONNECT_TIMEOUT,
    })
}

fn target_settings(file: &TaskFile, writers: usize) -> Result<lindorm::Settings, CommandError> {
    let end = &file.task.target;
    let mut tls = end.tls.clone();
    tls.ca = authority(file, end)?;
    Ok(lindorm::Settings {
        host: end.host.clone(),
        port: end.port,
        user: end.user.clone(),
        password: password(file, end)?,
        tls,
        connections: (writers * 2).max(lindorm::CONNECTIONS_DEFAULT),
    })
}
