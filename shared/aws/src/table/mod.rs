//! The checkpoint table on DynamoDB.
//!
//! # Layout
//!
//! Partition key `pk`, sort key `sk`, both strings; `b` the body, `v` the version, `w` the id of the write that stored
//! it; `ttl` only on journal entries, which carry no correctness, because DynamoDB removes them when it likes.
//!
//! # A conditional write that is repeated may contradict itself
//!
//! A write whose answer was lost may have been stored. Sent again, it fails its own condition; taken for a conflict,
//! "nothing was written" would be a lie, and a handler that believes it does the work of the stored decision again. So
//! the SDK must not repeat writes behind our back: its retries are off for them, and [`commit`] repeats them itself,
//! remembering whether an earlier try's outcome is unknown.
//!
//! 1. Every Put of a call carries the same fresh `w`, in every try. A record with this `w` proves that the whole
//!    transaction was stored, because nobody else writes this `w` and transactions are atomic.
//! 2. A failed condition hands back the record as it is (`ALL_OLD`). With our `w` in any of them: *Stored*.
//! 3. Without it and without an earlier try of unknown outcome: *Conflict*. Nothing was written: this try failed its
//!    condition and every earlier one was refused.
//! 4. Without it and with such a try: not decidable. The try may have been stored and overwritten since, or deleted.
//!    The error says so (`Effect::Unknown`, `Retry::Now`), and the caller loads again, as the port demands.
//! 5. A transaction that met another one (`TransactionConflict`) wrote nothing; it is tried again with jitter and then
//!    told as a conflict, which it is. Where an earlier try's outcome is unknown, rule 4 holds.
//! 6. A throttled try wrote nothing; it is tried again with jitter, and then told with a pause. The service's reason is
//!    logged, because the cures differ: a hot key, a cap, a quota.
//! 7. When the tries are used up and the last one's outcome, or an earlier one's, is unknown, the error says so.
//!
//! A transaction carries a `ClientRequestToken` too: DynamoDB answers a repeated one for ten minutes as it answered the
//! first. Nothing above rests on it. A deletion leaves no `w`; alone, after a lost answer, it ends in rule 4 or, where
//! the record is still there, in the deletion.
//!
//! # Reads
//!
//! All reads are strongly consistent, so they see what ended before they began. Each record of a range is read
//! consistently; the range as a whole is no snapshot: a transaction that commits meanwhile may show in part. A version
//! read with a record guards every decision made from it, here as everywhere.

mod commit;
mod item;
mod throttling;
mod tries;

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use migration::port::{CheckpointTable, Commit, PortError, Record, RecordKey, Surface, Write, admit_writes};
use migration::retry::Effect;

use crate::classify::failed;
use crate::clients::Clients;
use crate::table::throttling::{Throttled, log_throttling};
use crate::units::Units;

/// A table's items.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The checkpoint table of a deployment; clones share everything.
#[derive(Debug, Clone)]
pub struct DynamoTable {
    /// Reads, which the SDK may repeat.
    reader: Client,
    /// Writes, each once.
    writer: Client,
    units: Units,
    name: String,
}

impl DynamoTable {
    /// The table of this name; nothing is asked of it yet.
    #[must_use]
    pub fn new(clients: &Clients, name: impl Into<String>) -> Self {
        let once = clients.dynamodb.config().to_builder().retry_config(RetryConfig::disabled()).build();
        Self {
            reader: clients.dynamodb.clone(),
            writer: Client::from_conf(once),
            units: clients.units.clone(),
            name: name.into(),
        }
    }

    async fn read(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        let request = self.reader.get_item().table_name(&self.name).set_key(Some(item::key_item(key)));
        let answer = request
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| failed_read("GetItem", &error))?;
        let told = answer.consumed_capacity().and_then(|capacity| capacity.capacity_units());
        self.units.table_read(told, answer.item().map_or(0, item::bytes));
        answer.item.map(item::record).transpose()
    }

    /// One page of a range: its records, and where the next page starts.
    async fn page(
        &self,
        range: &Range<'_>,
        start: Option<Item>,
        most: usize,
    ) -> Result<(Vec<Record>, Option<Item>), PortError> {
        let condition = if range.prefix.is_empty() { "pk = :p" } else { "pk = :p AND begins_with(sk, :s)" };
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let prefix = Some(range.prefix).filter(|prefix| !prefix.is_empty());
        let values = [(":p".to_owned(), text(range.partition))];
        let values = values.into_iter().chain(prefix.map(|prefix| (":s".to_owned(), text(prefix))));
        let answer = self
            .reader
            .query()
            .table_name(&self.name)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values.collect()))
            .set_exclusive_start_key(start)
            .consistent_read(true)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| failed_read("Query", &error))?;
        let told = answer.consumed_capacity().and_then(|capacity| capacity.capacity_units());
        self.units.table_read(told, answer.items().iter().map(item::bytes).sum());
        let records = answer.items.unwrap_or_default().into_iter().map(item::record);
        Ok((records.collect::<Result<_, _>>()?, answer.last_evaluated_key))
    }
}

fn failed_read<E>(call: &str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: Error + ProvideErrorMetadata + Throttled + 'static,
{
    log_throttling(call, error.as_service_error());
    // A read has no effect, whatever became of it.
    PortError { effect: Effect::None, ..failed(Surface::Checkpoint, call, error) }
}

/// What a range asks for.
struct Range<'a> {
    partition: &'a str,
    prefix: &'a str,
}

impl CheckpointTable for DynamoTable {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        self.read(key).await
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        let mut start = match after {
            // DynamoDB takes only a start within the condition. Below the prefix it means the range's beginning,
            // above everything with the prefix its end.
            Some(after) if after.starts_with(prefix) => {
                Some(item::key_item(&RecordKey { partition: partition.to_owned(), sort: after.to_owned() }))
            }
            Some(after) if after > prefix => return Ok(Vec::new()),
            _ => None,
        };
        let (range, limit) = (Range { partition, prefix }, limit as usize);
        let mut records = Vec::new();
        while records.len() < limit {
            let (page, next) = self.page(&range, start, limit - records.len()).await?;
            records.extend(page);
            let Some(next) = next else { break };
            start = Some(next);
        }
        Ok(records)
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        admit_writes(&writes)?;
        commit::commit(self, &writes).await
    }
}
