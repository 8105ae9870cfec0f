//! What one try of a write came to, and what the tries of a call together come to. The rules stand in [`super`].

use std::error::Error;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use migration::port::{Commit, PortError, Surface};
use migration::retry::{Effect, Retry};

use crate::classify::failed;
use crate::table::throttling::{Throttled, log_throttling};
use crate::waits::PAUSE;

/// What one try came to.
#[derive(Debug)]
pub(crate) enum Try {
    /// Stored.
    Stored,
    /// A condition failed; whether a record with our `w` was found.
    Refused {
        /// Whether one of the records has our `w`.
        ours: bool,
    },
    /// Nothing was written because of another transaction on one of the records.
    Met,
    /// Anything else, by its error.
    Failed(PortError),
}

/// The tries of a call so far.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    is_unclear: bool,
}

/// What to do after a try.
#[derive(Debug)]
pub(crate) enum Next {
    /// The call is over.
    End(Result<Commit, PortError>),
    /// Another try, unless there have been enough; then this is the call's end.
    Again(Result<Commit, PortError>),
}

impl Tries {
    /// Takes note of a try.
    pub(crate) fn after(&mut self, attempt: Try) -> Next {
        match attempt {
            Try::Stored | Try::Refused { ours: true } => Next::End(Ok(Commit::Stored)),
            Try::Refused { ours: false } if self.is_unclear => Next::End(Err(undecidable())),
            Try::Refused { ours: false } => Next::End(Ok(Commit::Conflict)),
            Try::Met if self.is_unclear => Next::Again(Err(undecidable())),
            Try::Met => Next::Again(Ok(Commit::Conflict)),
            Try::Failed(error) => {
                self.is_unclear |= error.effect == Effect::Unknown;
                let is_transient = error.is_transient();
                let effect = if self.is_unclear { Effect::Unknown } else { Effect::None };
                let error = Err(PortError { effect, ..error });
                if is_transient { Next::Again(error) } else { Next::End(error) }
            }
        }
    }
}

/// The try of a call that failed otherwise than by a condition.
pub(crate) fn failed_try<E>(call: &str, error: &SdkError<E, HttpResponse>) -> Try
where
    E: Error + ProvideErrorMetadata + Throttled + 'static,
{
    log_throttling(call, error.as_service_error());
    Try::Failed(failed(Surface::Checkpoint, call, error))
}

/// A try that was throttled without an error of its own, as a part of a transaction.
pub(crate) fn throttled(call: &str, code: &str) -> Try {
    Try::Failed(PortError {
        retry: Retry::After(PAUSE),
        ..PortError::permanent(Surface::Checkpoint, format!("{call}: {code}"))
    })
}

fn undecidable() -> PortError {
    PortError {
        retry: Retry::Now,
        effect: Effect::Unknown,
        ..PortError::permanent(
            Surface::Checkpoint,
            "a write whose answer was lost cannot be told from another's",
        )
    }
}

#[cfg(test)]
mod tests {
    use migration::port::{Commit, PortError, Surface};
    use migration::retry::{Effect, Retry};

    use super::{Next, Tries, Try};

    fn failure(retry: Retry, effect: Effect) -> Try {
        Try::Failed(PortError { retry, effect, ..PortError::permanent(Surface::Checkpoint, "failed") })
    }

    fn lost() -> Try {
        failure(Retry::Now, Effect::Unknown)
    }

    fn is_unknown(result: &Result<Commit, PortError>) -> bool {
        matches!(result, Err(error) if error.effect == Effect::Unknown)
    }

    #[test]
    fn a_failed_condition_is_a_conflict_only_while_every_earlier_try_is_known_to_have_written_nothing() {
        let refused = || Try::Refused { ours: false };
        let mut tries = Tries::default();
        assert!(matches!(tries.after(Try::Met), Next::Again(Ok(Commit::Conflict))));
        assert!(matches!(tries.after(failure(Retry::Now, Effect::None)), Next::Again(Err(_))));
        assert!(matches!(tries.after(refused()), Next::End(Ok(Commit::Conflict))));
        assert!(matches!(tries.after(lost()), Next::Again(end) if is_unknown(&end)));
        assert!(matches!(tries.after(refused()), Next::End(end) if is_unknown(&end)));
        assert!(matches!(tries.after(Try::Met), Next::Again(end) if is_unknown(&end)));
    }

    #[test]
    fn an_effect_that_became_unknown_stays_unknown() {
        let mut tries = Tries::default();
        tries.after(lost());
        let refused = failure(Retry::Operator, Effect::None);
        assert!(matches!(tries.after(refused), Next::End(end) if is_unknown(&end)));
    }

    #[test]
    fn a_record_of_our_own_write_is_the_proof_that_it_was_stored() {
        let mut tries = Tries::default();
        tries.after(lost());
        assert!(matches!(tries.after(Try::Refused { ours: true }), Next::End(Ok(Commit::Stored))));
    }

    #[test]
    fn what_no_waiting_cures_is_not_tried_again() {
        for retry in [Retry::Never, Retry::Operator] {
            let end = Tries::default().after(failure(retry, Effect::None));
            assert!(matches!(end, Next::End(Err(error)) if error.effect == Effect::None));
        }
    }
}
