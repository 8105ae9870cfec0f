//! A function: its environments, and how many of its invocations ended in which way.
//!
//! An environment that is free is used again, the one that was used last first, as Lambda does; else a fresh one is started.
//! What there is no room for waits; Lambda would throttle it, and its pollers would try again.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::Semaphore;

use crate::environment::{End, Environment};
use crate::error::CloudError;
use crate::fault::Chance;
use crate::runtime_api::Invocation;
use crate::settings::FunctionSettings;

/// Environments of a function for which nothing is reserved.
const UNRESERVED: u32 = 100;

/// How an invocation ended for the one who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With this response.
    Response(String),
    /// The function told an error.
    Error(String),
    /// It was killed at its timeout.
    TimedOut,
    /// It was killed by a fault of the test.
    Killed,
    /// Its process ended.
    Exited,
}

/// How many invocations ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Environments that were started.
    pub starts: u32,
    /// Invocations that answered.
    pub responses: u32,
    /// Invocations that told an error.
    pub errors: u32,
    /// Invocations that were killed at their timeout.
    pub timeouts: u32,
    /// Invocations that were killed by a fault.
    pub killed: u32,
    /// Invocations whose process ended by itself.
    pub exits: u32,
    /// The most memory an environment held that was not killed.
    pub peak_kib: u64,
}

/// A function that can be invoked.
#[derive(Debug)]
pub struct Function {
    settings: FunctionSettings,
    program: PathBuf,
    environment: BTreeMap<String, String>,
    arn: String,
    log: PathBuf,
    idle: Mutex<Vec<Environment>>,
    room: Semaphore,
    counts: Mutex<Counts>,
    chance: Arc<Chance>,
}

impl Function {
    /// With variables of the platform besides those of the settings; its log is made in the folder.
    pub(crate) fn new(
        settings: FunctionSettings,
        program: PathBuf,
        platform: &BTreeMap<String, String>,
        folder: &Path,
        chance: Arc<Chance>,
    ) -> Self {
        let name = &settings.name;
        let region = platform.get("AWS_REGION").map_or("", String::as_str);
        let mut environment = platform.clone();
        let of_lambda = [
            ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory_mib.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "here".to_owned()),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
            ("_HANDLER", "bootstrap".to_owned()),
        ];
        environment.extend(of_lambda.map(|(name, value)| (name.to_owned(), value)));
        environment.extend(settings.environment.clone());
        let room = settings.reserved.unwrap_or(UNRESERVED);
        Self {
            arn: format!("arn:aws:lambda:{region}:000000000000:function:{name}"),
            log: folder.join(format!("{name}.log")),
            program,
            environment,
            idle: Mutex::default(),
            room: Semaphore::new(room as usize),
            counts: Mutex::default(),
            chance,
            settings,
        }
    }

    /// What the template says of it.
    #[must_use]
    pub fn settings(&self) -> &FunctionSettings {
        &self.settings
    }

    /// Everything its environments have printed so far.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn log(&self) -> Result<String, CloudError> {
        if !self.log.exists() {
            return Ok(String::new());
        }
        let bytes = std::fs::read(&self.log).map_err(CloudError::io("read a function's log"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// How its invocations ended so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills its environments that are free, as Lambda does at some time.
    pub fn forget_environments(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Invokes it and waits for the end.
    ///
    /// # Errors
    /// Where no environment could be started at all; what the function does is an [`Outcome`].
    pub async fn invoke(&self, event: String) -> Result<Outcome, CloudError> {
        let _place = self.room.acquire().await.expect("invariant: the semaphore is never closed");
        let free = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (end, left) = match free {
            Some(environment) => self.run(environment, event).await,
            None => match self.start().await? {
                Ok(environment) => self.run(environment, event).await,
                Err(end) => (end, None),
            },
        };
        let peak = left.as_ref().and_then(Environment::peak_memory_kib).unwrap_or_default();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
        Ok(self.count(end, peak))
    }

    async fn start(&self) -> Result<Result<Environment, End>, CloudError> {
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(CloudError::io("write a function's log"))?;
        let mut command = servers::command(&self.program);
        command.env_clear().envs(&self.environment);
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).starts += 1;
        Environment::start(command, &log).await
    }

    async fn run(&self, environment: Environment, event: String) -> (End, Option<Environment>) {
        let invocation = Invocation {
            id: uuid::Uuid::new_v4().to_string(),
            deadline: SystemTime::now() + self.settings.timeout,
            arn: self.arn.clone(),
            event,
        };
        environment.invoke(invocation, self.chance.doom()).await
    }

    fn count(&self, end: End, peak_kib: u64) -> Outcome {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.peak_kib = counts.peak_kib.max(peak_kib);
        let (counter, outcome) = match end {
            End::Response(body) => (&mut counts.responses, Outcome::Response(text(&body))),
            End::Error(body) => (&mut counts.errors, Outcome::Error(text(&body))),
            End::TimedOut => (&mut counts.timeouts, Outcome::TimedOut),
            End::Killed => (&mut counts.killed, Outcome::Killed),
            End::Exited => (&mut counts.exits, Outcome::Exited),
        };
        *counter += 1;
        outcome
    }
}
