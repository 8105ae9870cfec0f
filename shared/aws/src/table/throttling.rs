//! Why DynamoDB throttles a call: it names a limit and a resource, never contents, and the cures differ.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::ThrottlingReason;

/// An error that may be told with reasons.
pub(crate) trait Throttled {
    /// The reasons; none where the call failed otherwise.
    fn reasons(&self) -> &[ThrottlingReason];
}

macro_rules! throttled {
    ($($error:ty),+) => { $(
        impl Throttled for $error {
            fn reasons(&self) -> &[ThrottlingReason] {
                match self {
                    Self::ProvisionedThroughputExceededException(told) => told.throttling_reasons(),
                    Self::RequestLimitExceeded(told) => told.throttling_reasons(),
                    Self::ThrottlingException(told) => told.throttling_reasons(),
                    _ => &[],
                }
            }
        }
    )+ };
}

throttled!(DeleteItemError, GetItemError, PutItemError, QueryError, TransactWriteItemsError);

/// Tells the reasons of an error that has some.
pub(crate) fn log_throttling(call: &str, error: Option<&impl Throttled>) {
    for reason in error.map_or(&[][..], Throttled::reasons) {
        let resource = reason.resource().unwrap_or_default();
        tracing::warn!(call, reason = reason.reason(), resource, "the checkpoint table throttles");
    }
}
