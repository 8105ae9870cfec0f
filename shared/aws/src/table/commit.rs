//! Writes: one as `PutItem` or `DeleteItem`, several as one `TransactWriteItems`, tried again by the rules in [`super`].

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use migration::port::{Commit, Expect, PortError, RecordKey, Surface, Version, Write};
use migration::retry::Retry;

use crate::table::item::{self, Mark, is_of_write, key_item, record_item};
use crate::table::tries::{Next, Tries, Try, failed_try, throttled};
use crate::table::{DynamoTable, Item};
use crate::units::write_units;
use crate::waits::waits;

/// No try begins later than this after the first, so that a call ends long before an invocation does.
const PATIENCE: Duration = Duration::from_secs(5);
const ON_FAILURE: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
const ABSENT: &str = "attribute_not_exists(pk)";
const AT_VERSION: &str = "v = :v";

/// Writes all or nothing.
pub(crate) async fn commit(table: &DynamoTable, writes: &[Write]) -> Result<Commit, PortError> {
    let mark = Mark::new(write_id()?);
    let began = Instant::now();
    let (mut tries, mut waits) = (Tries::default(), waits());
    loop {
        let end = match tries.after(attempt(table, writes, &mark).await) {
            Next::End(end) => return end,
            Next::Again(end) => end,
        };
        let Some(wait) = waits.next().filter(|_| began.elapsed() < PATIENCE) else { return end };
        tokio::time::sleep(wait).await;
    }
}

/// 128 random bits as text: the id of a write, and a transaction's token.
fn write_id() -> Result<String, PortError> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(|_| PortError {
        retry: Retry::Operator,
        ..PortError::permanent(Surface::Checkpoint, "the system gives no random bits")
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bits)))
}

async fn attempt(table: &DynamoTable, writes: &[Write], mark: &Mark) -> Try {
    match writes {
        [Write::Put { key, body, expect }] => put(table, key, body, *expect, mark).await,
        [Write::Delete { key, expect }] => delete(table, key, *expect).await,
        [Write::Check { key, expect }] => check(table, key, *expect).await,
        _ => transact(table, writes, mark).await,
    }
}

async fn put(table: &DynamoTable, key: &RecordKey, body: &str, expect: Expect, mark: &Mark) -> Try {
    let (condition, values) = condition(expect);
    let item = record_item(key, body, next_version(expect), mark);
    let weight = write_units(item::bytes(&item));
    let answer = table
        .writer
        .put_item()
        .table_name(&table.name)
        .set_item(Some(item))
        .condition_expression(condition)
        .set_expression_attribute_values(values)
        .return_values_on_condition_check_failure(ON_FAILURE)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await;
    let told = answer.as_ref().ok().and_then(|answer| answer.consumed_capacity()?.capacity_units());
    table.units.table_write(told, weight);
    let Err(error) = answer else { return Try::Stored };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(refused)) => {
            Try::Refused { ours: refused.item().is_some_and(|found| is_of_write(found, &mark.id)) }
        }
        Some(PutItemError::TransactionConflictException(_)) => Try::Met,
        _ => failed_try("PutItem", &error),
    }
}

async fn delete(table: &DynamoTable, key: &RecordKey, expect: Version) -> Try {
    let (condition, values) = condition(Expect::Version(expect));
    let answer = table
        .writer
        .delete_item()
        .table_name(&table.name)
        .set_key(Some(key_item(key)))
        .condition_expression(condition)
        .set_expression_attribute_values(values)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await;
    let told = answer.as_ref().ok().and_then(|answer| answer.consumed_capacity()?.capacity_units());
    table.units.table_write(told, 1);
    let Err(error) = answer else { return Try::Stored };
    match error.as_service_error() {
        Some(DeleteItemError::ConditionalCheckFailedException(_)) => Try::Refused { ours: false },
        Some(DeleteItemError::TransactionConflictException(_)) => Try::Met,
        _ => failed_try("DeleteItem", &error),
    }
}

/// A condition alone writes nothing, so a read decides it.
async fn check(table: &DynamoTable, key: &RecordKey, expect: Expect) -> Try {
    match table.read(key).await {
        Ok(found) => {
            let found = found.map_or(Expect::Absent, |record| Expect::Version(record.version));
            if found == expect { Try::Stored } else { Try::Refused { ours: false } }
        }
        Err(error) => Try::Failed(error),
    }
}

async fn transact(table: &DynamoTable, writes: &[Write], mark: &Mark) -> Try {
    let parts: Result<Vec<TransactWriteItem>, _> =
        writes.iter().map(|write| part(table, write, mark)).collect();
    let Ok(parts) = parts else {
        return Try::Failed(PortError::permanent(
            Surface::Checkpoint,
            "a transaction cannot be written down",
        ));
    };
    let answer = table
        .writer
        .transact_write_items()
        .set_transact_items(Some(parts))
        .client_request_token(&mark.id)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await;
    let told = answer.as_ref().ok().and_then(|answer| {
        let capacities = answer.consumed_capacity().iter();
        capacities.filter_map(|capacity| capacity.capacity_units()).reduce(|sum, units| sum + units)
    });
    table.units.table_write(told, 2 * writes.iter().map(weight).sum::<u64>());
    let Err(error) = answer else { return Try::Stored };
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            of_cancelled(cancelled, &mark.id).unwrap_or_else(|| failed_try("TransactWriteItems", &error))
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Try::Met,
        _ => failed_try("TransactWriteItems", &error),
    }
}

/// What a cancelled transaction says of its parts; none where it says nothing we know.
///
/// A failed condition counts before everything else: it stays failed however often the transaction is tried.
fn of_cancelled(cancelled: &TransactionCanceledException, id: &str) -> Option<Try> {
    let reasons = cancelled.cancellation_reasons();
    let with = |code: &'static str| reasons.iter().filter(move |reason| reason.code() == Some(code));
    let is_ours = |reason: &CancellationReason| reason.item().is_some_and(|found| is_of_write(found, id));
    if with("ConditionalCheckFailed").next().is_some() {
        return Some(Try::Refused { ours: with("ConditionalCheckFailed").any(is_ours) });
    }
    if with("TransactionConflict").next().is_some() {
        return Some(Try::Met);
    }
    ["ThrottlingError", "ProvisionedThroughputExceeded"].into_iter().find_map(|code| {
        with(code).next()?;
        tracing::warn!(reason = code, "the checkpoint table throttles a part of a transaction");
        Some(throttled("TransactWriteItems", code))
    })
}

/// One part of a transaction.
fn part(
    table: &DynamoTable,
    write: &Write,
    mark: &Mark,
) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
    let whole = TransactWriteItem::builder();
    Ok(match write {
        Write::Put { key, body, expect } => {
            let (condition, values) = condition(*expect);
            let put = Put::builder()
                .table_name(&table.name)
                .set_item(Some(record_item(key, body, next_version(*expect), mark)))
                .condition_expression(condition)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(ON_FAILURE);
            whole.put(put.build()?)
        }
        Write::Delete { key, expect } => {
            let (condition, values) = condition(Expect::Version(*expect));
            let delete = Delete::builder()
                .table_name(&table.name)
                .set_key(Some(key_item(key)))
                .condition_expression(condition)
                .set_expression_attribute_values(values);
            whole.delete(delete.build()?)
        }
        Write::Check { key, expect } => {
            let (condition, values) = condition(*expect);
            let check = ConditionCheck::builder()
                .table_name(&table.name)
                .set_key(Some(key_item(key)))
                .condition_expression(condition)
                .set_expression_attribute_values(values);
            whole.condition_check(check.build()?)
        }
    }
    .build())
}

fn condition(expect: Expect) -> (&'static str, Option<Item>) {
    match expect {
        Expect::Absent => (ABSENT, None),
        Expect::Version(Version(version)) => {
            let value = AttributeValue::N(version.to_string());
            (AT_VERSION, Some([(":v".to_owned(), value)].into_iter().collect()))
        }
    }
}

fn next_version(expect: Expect) -> u64 {
    match expect {
        Expect::Absent => 1,
        Expect::Version(Version(version)) => version + 1,
    }
}

fn weight(write: &Write) -> u64 {
    match write {
        Write::Put { key, body, .. } => write_units(key.partition.len() + key.sort.len() + body.len() + 48),
        Write::Delete { .. } | Write::Check { .. } => 1,
    }
}
