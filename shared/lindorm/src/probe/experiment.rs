//! What becomes of an experiment that fails: begun again, left open, or an error.
//!
//! An experiment uses keys of its own each time it begins, so no statement of an unknown outcome is part of an answer.

use std::future::Future;
use std::time::Duration;

use migration::capabilities::Measured;
use migration::retry::backoff;

use crate::classify::Class;
use crate::failure::Failure;
use crate::moment::jittered;
use crate::probe::line::is_unseen_table;

/// How often an experiment begins.
const TRIES: usize = 6;
/// How often where a node does not know the table: half a minute in all, for a node may learn of it late.
const UNSEEN_TRIES: usize = 20;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Makes an experiment, again where a failure may pass.
pub(super) async fn tried<T, F, E>(experiment: E) -> Result<T, Failure>
where
    E: Fn() -> F + Send + Sync,
    F: Future<Output = Result<T, Failure>> + Send,
    T: Send,
{
    let mut pauses = backoff(FIRST_PAUSE, LONGEST_PAUSE);
    let mut begun = 0;
    loop {
        begun += 1;
        let failure = match experiment().await {
            Ok(found) => return Ok(found),
            Err(failure) => failure,
        };
        let most = if is_unseen_table(&failure) {
            UNSEEN_TRIES
        } else if failure.class.is_transient() || failure.class == Class::Unlisted {
            // A number nobody explains may be a mishap of the moment.
            TRIES
        } else {
            1
        };
        if begun >= most {
            return Err(failure);
        }
        tokio::time::sleep(jittered(pauses.next().unwrap_or(LONGEST_PAUSE))).await;
    }
}

/// As [`tried`]; a refusal leaves the question open, for the reason given to `open`. What may pass and has not yet is an
/// error: a busy or full target must not decide how a whole run is made.
pub(super) async fn answered<T, F, E>(
    experiment: E,
    open: impl Fn(&str) -> T + Send + Sync,
) -> Result<T, Failure>
where
    E: Fn() -> F + Send + Sync,
    F: Future<Output = Result<T, Failure>> + Send,
    T: Send,
{
    match tried(experiment).await {
        Err(failure) if failure.class.is_transient() => Err(failure),
        Err(failure) => Ok(open(&format!("the target answered {}", answer(&failure)))),
        Ok(answer) => Ok(answer),
    }
}

/// As [`answered`], of a question with yes or no.
pub(super) async fn measured<F, E>(experiment: E) -> Result<Measured, Failure>
where
    E: Fn() -> F + Send + Sync,
    F: Future<Output = Result<Measured, Failure>> + Send,
{
    answered(experiment, inconclusive).await
}

pub(super) fn inconclusive(why: &str) -> Measured {
    Measured::Inconclusive { why: why.to_owned() }
}

/// An error in words for the report.
pub(super) fn answer(failure: &Failure) -> String {
    failure.code.map_or_else(|| "in an unknown form".to_owned(), |code| format!("error {code}"))
}
