//! The two ends of a run, with connections that are kept while the environment stays warm.
//!
//! An environment is frozen between invocations, for seconds or for ever, and servers close what is idle; so connections are
//! used again only shortly after their last use. A password is read when connections are made, and again at the
//! latest when it is [`KEPT_MAX`] old. Where a login is refused with a password that was kept, it may have been rotated: it
//! is read once more before anybody fails. A rotation changes the server before the secret, and connections that are added
//! under way have the password of the first; so past the precheck, which has shown that the login works, a refusal
//! is tried again like any other failure that may pass, and fails the run when its window is over.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use lindorm::Target;
use migration::outcome::HandlerError;
use migration::port::{Clock, LOGIN_REFUSED, PortError, QueueName};
use migration::run::{Run, RunId};
use migration::run_store;
use migration::submission::{End, authority};
use migration::task::{Endpoint, SecretReference, Task};
use migration::time::UnixMs;
use mysql::Source;

use crate::platform::Platform;

/// How long connections are kept for a run.
const KEPT_MAX: Duration = Duration::from_mins(5);
/// How long after their last use.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Source sessions of one invocation: reading pages, and questions beside them.
const SOURCE_SESSIONS: usize = 4;
/// Target connections of one invocation.
const TARGET_CONNECTIONS: usize = 8;

/// The runs this environment has worked at lately.
pub(crate) struct Ends {
    runs: Mutex<HashMap<RunId, RunEnds>>,
    /// Whether a login that is refused is worth another try.
    passwords_rotate: bool,
}

/// A run's task, and its connections as far as they were needed; clones share them.
#[derive(Clone)]
pub(crate) struct RunEnds {
    pub(crate) task: Task,
    source: Option<Source>,
    target: Option<Target>,
    made: UnixMs,
    used: UnixMs,
}

impl Ends {
    pub(crate) fn new(queue: QueueName) -> Self {
        Self { runs: Mutex::default(), passwords_rotate: queue != QueueName::Precheck }
    }

    /// The task of a run; none where a later run has replaced it.
    pub(crate) async fn task(&self, platform: &Platform, run: &Run) -> Result<Option<Task>, HandlerError> {
        if let Some(kept) = self.kept(run.id, platform.clock.now()) {
            return Ok(Some(kept.task));
        }
        let Some(task) = run_store::load_task(&platform.records, run).await? else { return Ok(None) };
        let now = platform.clock.now();
        self.keep(run.id, RunEnds { task: task.clone(), source: None, target: None, made: now, used: now });
        Ok(Some(task))
    }

    /// The source of a run, connected.
    pub(crate) async fn source(
        &self,
        platform: &Platform,
        run: RunId,
        task: &Task,
    ) -> Result<Source, HandlerError> {
        if let Some(source) = self.kept(run, platform.clock.now()).and_then(|kept| kept.source) {
            return Ok(source);
        }
        let authority = authority_of(platform, run, End::Source).await?;
        let source = logged_in(platform, &task.source, |password| {
            let mut settings = mysql::ConnectionSettings::of(&task.source, password, authority.clone());
            settings.password_rotates = self.passwords_rotate;
            async move { Source::connect(&settings, SOURCE_SESSIONS).await }
        })
        .await?;
        self.change(run, |kept| kept.source = Some(source.clone()));
        Ok(source)
    }

    /// The target of a run, connected.
    pub(crate) async fn target(
        &self,
        platform: &Platform,
        run: RunId,
        task: &Task,
    ) -> Result<Target, HandlerError> {
        if let Some(target) = self.kept(run, platform.clock.now()).and_then(|kept| kept.target) {
            return Ok(target);
        }
        let authority = authority_of(platform, run, End::Target).await?;
        let target = logged_in(platform, &task.target, |password| {
            let mut settings =
                lindorm::Settings::of(&task.target, password, authority.clone(), TARGET_CONNECTIONS);
            settings.password_rotates = self.passwords_rotate;
            Target::connect(settings)
        })
        .await?;
        self.change(run, |kept| kept.target = Some(target.clone()));
        Ok(target)
    }

    /// Drops the connections of a run: what used them may have left them anyhow.
    pub(crate) fn forget(&self, run: RunId) {
        self.lock().remove(&run);
    }

    fn kept(&self, run: RunId, now: UnixMs) -> Option<RunEnds> {
        let mut runs = self.lock();
        runs.retain(|_, ends| ends.made.until(now) <= KEPT_MAX && ends.used.until(now) <= IDLE_MAX);
        let ends = runs.get_mut(&run)?;
        ends.used = now;
        Some(ends.clone())
    }

    fn keep(&self, run: RunId, ends: RunEnds) {
        self.lock().insert(run, ends);
    }

    fn change(&self, run: RunId, change: impl FnOnce(&mut RunEnds)) {
        if let Some(ends) = self.lock().get_mut(&run) {
            change(ends);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, RunEnds>> {
        self.runs.lock().expect("invariant: nothing panics while it holds this lock")
    }
}

/// The certificate authorities that were submitted for an end.
async fn authority_of(platform: &Platform, run: RunId, end: End) -> Result<Option<Vec<u8>>, HandlerError> {
    let submitted = authority::load(&platform.records, run).await?;
    Ok(submitted.of(end).map(|text| text.clone().into_bytes()))
}

/// What `connect` makes with the password: with the one that is kept, and where that is refused with the one that its secret has
/// by now, if it is another.
async fn logged_in<T, F>(
    platform: &Platform,
    end: &Endpoint,
    connect: impl Fn(Option<String>) -> F + Send + Sync,
) -> Result<T, HandlerError>
where
    F: Future<Output = Result<T, PortError>> + Send,
{
    let kept = password(platform, end).await?;
    let refused = match connect(kept.clone()).await {
        Err(error) if error.code == Some(LOGIN_REFUSED) => error,
        connected => return Ok(connected?),
    };
    if let Some(SecretReference::SecretsManager(arn)) = &end.password {
        platform.secrets.forget(arn);
    }
    let fresh = password(platform, end).await?;
    if fresh == kept {
        // Many a server counts logins that fail, and blocks the account.
        return Err(refused.into());
    }
    Ok(connect(fresh).await?)
}

async fn password(platform: &Platform, end: &Endpoint) -> Result<Option<String>, HandlerError> {
    match &end.password {
        None => Ok(None),
        Some(SecretReference::SecretsManager(arn)) => Ok(Some(platform.secrets.get(arn).await?)),
        Some(SecretReference::Env(_) | SecretReference::File(_)) => {
            let what =
                "the task's passwords are not in Secrets Manager: submit it with `secrets_manager: ARN`";
            Err(HandlerError::Inconsistent(what.to_owned()))
        }
    }
}
