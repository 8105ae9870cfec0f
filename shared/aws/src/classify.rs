//! What a failed call of the SDK leaves open, by its typed cause and the service's error code.
//!
//! The SDK's own errors are not kept as causes: their debug form holds the raw answer, and an answer may hold a record
//! or a secret. What is kept is the code, the HTTP status, the request's id for AWS support, and the service's words
//! only where a person must act on them (a missing right, a missing table), which name resources and no contents.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};

use crate::waits::PAUSE;

/// Codes of a service that asks for a pause.
const THROTTLED: [&str; 14] = [
    "BandwidthLimitExceeded",
    "KmsThrottled",
    "LimitExceededException",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes that only a person can cure: rights, credentials, something that does not exist.
const OPERATOR: [&str; 28] = [
    "AccessDenied",
    "AccessDeniedException",
    "AccountProblem",
    "AllAccessDisabled",
    "DecryptionFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "KmsAccessDenied",
    "KmsDisabled",
    "KmsInvalidKeyUsage",
    "KmsInvalidState",
    "KmsNotFound",
    "KmsOptInRequired",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NoSuchBucket",
    "NonExistentQueue",
    "OptInRequired",
    "QueueDoesNotExist",
    "RequestTimeTooSkewed",
    "ResourceNotFoundException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Codes of a service that failed by itself, whatever the HTTP status.
const BROKEN: [&str; 6] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "RequestTimeout",
    "ServiceUnavailable",
];

/// What is kept of an SDK error.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    code: Option<String>,
    status: Option<u16>,
    request: Option<String>,
    words: Option<String>,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.as_deref().unwrap_or("no code");
        write!(f, "{code}")?;
        if let Some(status) = self.status {
            write!(f, ", HTTP status {status}")?;
        }
        if let Some(request) = &self.request {
            write!(f, ", request {request}")?;
        }
        if let Some(words) = &self.words {
            write!(f, ": {words}")?;
        }
        Ok(())
    }
}

impl Error for Kept {}

/// A failed call; `call` names it, such as `PutItem`.
pub(crate) fn failed<E>(surface: Surface, call: &str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let (retry, effect) = left_open(error);
    let words = match (error, retry) {
        (SdkError::ServiceError(context), Retry::Operator) => context.err().message().map(str::to_owned),
        (SdkError::DispatchFailure(failure), _) => failure.as_connector_error().map(told),
        (SdkError::ConstructionFailure(_), _) => error.source().map(told),
        _ => None,
    };
    let kept = Kept {
        code: code_of(error).map(str::to_owned),
        status: error.raw_response().map(|response| response.status().as_u16()),
        request: error.raw_response().and_then(|response| response.request_id()).map(str::to_owned),
        words,
    };
    PortError {
        surface,
        code: None,
        summary: format!("{call}: {}", what(error)),
        retry,
        effect,
        cause: Some(Box::new(kept)),
    }
}

/// The service's error code, where it answered with one.
pub(crate) fn code_of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// When the call may be made again, and whether it may have had an effect.
fn left_open<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> (Retry, Effect) {
    match error {
        // Nothing was sent.
        SdkError::ConstructionFailure(_) => (Retry::Operator, Effect::None),
        SdkError::DispatchFailure(failure) => {
            by_credentials(failure.as_connector_error().map(|error| error as _))
                .unwrap_or((Retry::Now, Effect::Unknown))
        }
        SdkError::ServiceError(context) => {
            by_code(context.err().code().unwrap_or_default(), context.raw().status().as_u16())
        }
        // A timeout, an answer that cannot be read, and whatever the SDK adds.
        _ => (Retry::Now, Effect::Unknown),
    }
}

/// The same where the credentials could not be had, so that nothing was sent. Everything else on the way to the service
/// is the network's doing, also what the SDK files under "other", such as a connection closed before its answer.
fn by_credentials(error: Option<&(dyn Error + 'static)>) -> Option<(Retry, Effect)> {
    let mut cause = error;
    let credentials: &CredentialsError = loop {
        let error = cause?;
        match error.downcast_ref() {
            Some(found) => break found,
            None => cause = error.source(),
        }
    };
    let retry = match credentials {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
            Retry::Operator
        }
        _ => Retry::Now,
    };
    Some((retry, Effect::None))
}

/// The same for an answer of the service. One that says success and holds an error is one that cannot be read.
pub(crate) fn by_code(code: &str, status: u16) -> (Retry, Effect) {
    let code = code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code);
    if THROTTLED.contains(&code) {
        (Retry::After(PAUSE), Effect::None)
    } else if OPERATOR.contains(&code) {
        (Retry::Operator, Effect::None)
    } else if !(400..500).contains(&status) || BROKEN.contains(&code) {
        (Retry::Now, Effect::Unknown)
    } else if matches!(status, 401 | 403) {
        (Retry::Operator, Effect::None)
    } else {
        (Retry::Never, Effect::None)
    }
}

fn what<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be made".to_owned(),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure)
            if by_credentials(failure.as_connector_error().map(|error| error as _)).is_some() =>
        {
            "the AWS credentials cannot be had".to_owned()
        }
        SdkError::DispatchFailure(_) => "the service was not reached or did not answer".to_owned(),
        SdkError::ResponseError(_) => "the answer cannot be read".to_owned(),
        _ => code_of(error).unwrap_or("refused without a code").to_owned(),
    }
}

/// An error and its causes, of a call that got no answer; such errors hold addresses and I/O, no contents.
fn told(error: &(impl Error + ?Sized)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use migration::retry::{Effect, Retry};

    use super::{BROKEN, OPERATOR, THROTTLED, by_code};
    use crate::waits::PAUSE;

    #[test]
    fn a_code_says_what_is_left_open() {
        for (codes, expected) in [
            (&THROTTLED[..], (Retry::After(PAUSE), Effect::None)),
            (&OPERATOR[..], (Retry::Operator, Effect::None)),
            (&BROKEN[..], (Retry::Now, Effect::Unknown)),
        ] {
            assert!(codes.is_sorted(), "{codes:?}");
            assert!(codes.iter().all(|code| by_code(code, 400) == expected));
        }
        assert_eq!(by_code("SlowDown", 503), (Retry::After(PAUSE), Effect::None));
        assert_eq!(by_code("", 502), (Retry::Now, Effect::Unknown));
        assert_eq!(by_code("", 200), (Retry::Now, Effect::Unknown));
        assert_eq!(by_code("", 403), (Retry::Operator, Effect::None));
        assert_eq!(by_code("ValidationException", 400), (Retry::Never, Effect::None));
    }
}
