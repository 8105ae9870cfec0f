//! Tasks that were dropped into the bucket, or sent as an event: EventBridge's envelope on the precheck queue.
//!
//! Both come at least once and in any order, which a submission stands ([`migration::submission`]). Nobody waits for an
//! answer, so a document that is refused is recorded with all its faults, where `ferry status --aws` shows it. A
//! document's `tls.ca` is an object beside it; an event brings no file along.

use std::time::Duration;

use document::{DOCUMENT_BYTES_MAX, DocumentError, Format};
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{Clock, Outgoing, PortError};
use migration::run::{RunId, State};
use migration::submission::{self, AUTHORITY_BYTES_MAX, Authorities, End, SubmitError, Submitted};
use migration::task::{Task, TaskName};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::control::back_off;
use crate::function::Function;
use crate::host::Host;
use crate::record::Record;

/// After a try that failed for the platform's sake.
const SUBMISSION_AGAIN: Duration = Duration::from_secs(15);
/// What the keys of task documents, and of what they name, begin with: nothing else may be read.
const DOCUMENTS: &str = "tasks/";

/// What a rule of EventBridge sends.
enum Event<'a> {
    /// An object of the bucket.
    Object(Created),
    /// A document, of anybody who may send to the bus.
    Task { id: String, detail: &'a RawValue },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    id: String,
    #[serde(rename = "detail-type")]
    detail_type: DetailType,
    #[serde(borrow)]
    detail: &'a RawValue,
}

#[derive(Deserialize)]
enum DetailType {
    #[serde(rename = "Object Created")]
    Object,
    #[serde(rename = "Task submitted")]
    Task,
}

#[derive(Debug, Deserialize)]
struct Created {
    bucket: Bucket,
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
}

impl<'a> Event<'a> {
    fn parse(body: &'a str) -> Result<Self, serde_json::Error> {
        let envelope: Envelope<'a> = serde_json::from_str(body)?;
        Ok(match envelope.detail_type {
            DetailType::Object => Self::Object(serde_json::from_str(envelope.detail.get())?),
            DetailType::Task => Self::Task { id: envelope.id, detail: envelope.detail },
        })
    }
}

/// A body that is no envelope. What stands there is not told: it may hold anything.
#[derive(Debug, thiserror::Error)]
#[error("neither a message of ferry nor an event of its rules, by line {line}, column {column}")]
struct Unreadable {
    line: usize,
    column: usize,
}

impl Unreadable {
    fn at(error: &serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column() }
    }
}

/// Why a document starts no run.
enum Refused {
    /// By its own fault: all of them, without values.
    Faults(Vec<String>),
    /// The platform failed, and it is worth another try.
    Failed(HandlerError),
}

impl<E: Into<HandlerError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// An object that will not be read however often it is tried is its owner's to mend.
fn unreadable(key: &str, error: PortError) -> Refused {
    if error.is_transient() { error.into() } else { Refused::Faults(vec![format!("{key}: {error}")]) }
}

fn faulty(error: &DocumentError) -> Refused {
    Refused::Faults(error.to_string().lines().map(str::to_owned).collect())
}

impl<F: Function> Host<F> {
    /// Whether the message is done with.
    pub(crate) async fn take_in(&self, record: &Record) -> bool {
        let event = match Event::parse(&record.body) {
            Ok(event) => event,
            Err(error) => return self.leave_to_dead_letters(record, &Unreadable::at(&error)).await,
        };
        let (place, taken) = match event {
            Event::Object(created) => (created.object.key.clone(), self.take_object(&created).await),
            Event::Task { id, detail } => (place_of(&id, detail), self.take_document(detail).await),
        };
        match self.answer(&place, taken).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, place, "a submission cannot be taken in and comes again");
                self.send_anew(record).await
            }
        }
    }

    /// Nobody else sends a submission again, so it must not become a dead letter while the platform fails. Whether it is in the
    /// queue anew, and the one at hand done with.
    async fn send_anew(&self, record: &Record) -> bool {
        let again = Outgoing { delay: SUBMISSION_AGAIN, ..Outgoing::plain(record.body.clone()) };
        match message::send_all(&self.platform.queue, F::QUEUE, &[again]).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a submission cannot be sent anew");
                self.put_off(&[record], back_off(record.receive_count)).await;
                false
            }
        }
    }

    async fn answer(&self, place: &str, taken: Result<Option<RunId>, Refused>) -> Result<(), HandlerError> {
        let (records, now) = (&self.platform.records, self.platform.clock.now());
        match taken {
            Ok(None) => Ok(()),
            Ok(Some(run)) => {
                tracing::info!(place, %run, "a task was submitted");
                Ok(submission::forget(records, place).await?)
            }
            Err(Refused::Failed(error)) => Err(error),
            Err(Refused::Faults(faults)) => {
                tracing::warn!(place, faults = faults.len(), "a task document was refused");
                Ok(submission::refuse(records, now, place, faults).await?)
            }
        }
    }

    async fn take_object(&self, created: &Created) -> Result<Option<RunId>, Refused> {
        let (key, objects) = (&created.object.key, &self.platform.objects);
        if created.bucket.name != self.platform.environment.bucket {
            tracing::warn!("an object of another bucket is passed over");
            return Ok(None);
        }
        let bytes_max = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
        // One that was removed again, or replaced by one that has its own event.
        let read = objects.read(key, bytes_max + 1).await;
        let Some(bytes) = read.map_err(|error| unreadable(key, error))? else { return Ok(None) };
        let task = document::read(key, &bytes).map_err(|error| faulty(&error))?;
        task.check_deployable(true)
            .map_err(|faults| faulty(&DocumentError::Faults { name: key.clone(), faults }))?;
        let mut authorities = Authorities::default();
        let mut faults = Vec::new();
        for (end, written, text) in [
            (End::Source, &task.source.tls.ca, &mut authorities.source),
            (End::Target, &task.target.tls.ca, &mut authorities.target),
        ] {
            let Some(written) = written else { continue };
            let beside = beside(key, &written.to_string_lossy());
            let most = u64::try_from(AUTHORITY_BYTES_MAX).unwrap_or(u64::MAX);
            if !beside.starts_with(DOCUMENTS) {
                faults.push(format!("{}.tls.ca: {beside} is not under {DOCUMENTS}", end.key()));
                continue;
            }
            let read = objects.read(&beside, most + 1).await;
            match read.map_err(|error| unreadable(&beside, error))?.map(String::from_utf8) {
                Some(Ok(read)) => *text = Some(read),
                Some(Err(_)) => faults.push(format!("{}.tls.ca: the object {beside} is not text", end.key())),
                None => faults.push(format!("{}.tls.ca: there is no object {beside}", end.key())),
            }
        }
        if faults.is_empty() {
            self.submit(&task, &authorities).await.map(Some)
        } else {
            Err(Refused::Faults(faults))
        }
    }

    async fn take_document(&self, detail: &RawValue) -> Result<Option<RunId>, Refused> {
        let name = "the event's detail";
        let read = document::read_as(Format::Json, name, detail.get().as_bytes());
        let task = read.map_err(|error| faulty(&error))?;
        task.check_deployable(false)
            .map_err(|faults| faulty(&DocumentError::Faults { name: name.to_owned(), faults }))?;
        self.submit(&task, &Authorities::default()).await.map(Some)
    }

    async fn submit(&self, task: &Task, authorities: &Authorities) -> Result<RunId, Refused> {
        let (records, now) = (&self.platform.records, self.platform.clock.now());
        let id = RunId(uuid::Uuid::now_v7());
        let run = match submission::submit(records, now, id, task, authorities).await {
            Ok(Submitted::Started { run, .. } | Submitted::Known(run)) => run,
            Err(error) => {
                return Err(match (error.faults(), error) {
                    (Some(faults), _) => Refused::Faults(faults),
                    (None, SubmitError::Records(error)) => Refused::Failed(error),
                    (None, error) => Refused::Faults(vec![error.to_string()]),
                });
            }
        };
        if run.state == State::Created {
            message::send(&self.platform.queue, &[Message::Precheck { run: run.id }]).await?;
        }
        Ok(run.id)
    }
}

/// Where a refusal of an event is found again: the task's name, so that a submission that mends it takes it away; the event's own
/// id where it tells no name.
fn place_of(id: &str, detail: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let named = serde_json::from_str::<Named>(detail.get()).ok();
    let name = named.and_then(|named| TaskName::new(&named.name));
    name.map_or_else(|| format!("event {id}"), |name| name.to_string())
}

/// The key of an object that a document names: relative to the document's own.
fn beside(key: &str, written: &str) -> String {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{Event, RawValue, beside, place_of};

    #[test]
    fn a_refused_event_is_found_by_the_name_of_its_task() {
        let place = |detail: &str| place_of("7", &RawValue::from_string(detail.to_owned()).unwrap());
        assert_eq!(place(r#"{"name":"shop-1","source":{}}"#), "shop-1");
        for other in [r#"{"name":"a/b"}"#, r#"{"name":""}"#, r#"{"name":3}"#, "{}", "[]"] {
            assert_eq!(place(other), "event 7", "{other}");
        }
    }

    #[test]
    fn a_file_of_a_document_is_an_object_beside_it() {
        assert_eq!(beside("tasks/shop.yaml", "rds.pem"), "tasks/rds.pem");
        assert_eq!(beside("tasks/eu/shop.yaml", "../ca/rds.pem"), "tasks/ca/rds.pem");
        assert_eq!(beside("shop.yaml", "./rds.pem"), "rds.pem");
    }

    #[test]
    fn envelopes_of_both_rules_are_read() {
        let object = r#"{"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3",
            "detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"tasks/a.yaml","size":3}}}"#;
        assert!(
            matches!(Event::parse(object), Ok(Event::Object(created)) if created.object.key == "tasks/a.yaml")
        );
        let task = r#"{"id":"7","detail-type":"Task submitted","source":"ferry","detail":{"name":"shop"}}"#;
        let Ok(Event::Task { id, detail }) = Event::parse(task) else { panic!("an event") };
        assert_eq!((id.as_str(), detail.get()), ("7", r#"{"name":"shop"}"#));
        assert!(Event::parse(r#"{"id":"7","detail-type":"Other","detail":{}}"#).is_err());
    }
}
