//! What every checkpoint table and every queue refuses before it does anything.
//!
//! The bounds are those of the narrowest platform, checked in one place, so that what one adapter takes the
//! others take too. Nothing here touches a server; a refusal never carries a body.

use std::time::Duration;

use crate::limits::{
    MESSAGE_BYTES_MAX, MESSAGE_DELAY_MAX, MESSAGE_ID_CHARS_MAX, RECORD_BODY_BYTES_MAX,
    RECORD_PARTITION_BYTES_MAX, RECORD_SORT_BYTES_MAX, TRANSACTION_BYTES_MAX, TRANSACTION_WRITES_MAX,
    VISIBILITY_MAX,
};
use crate::port::checkpoint_table::{RecordKey, Write};
use crate::port::error::{PortError, Surface};
use crate::port::queue::{Outgoing, QueueName};

/// Whether a transaction may be handed to a checkpoint table.
///
/// # Errors
/// A permanent [`PortError`] without effect: no or too many writes, two writes of one record, something too long.
pub fn admit_writes(writes: &[Write]) -> Result<(), PortError> {
    let refuse = |summary: String| Err(PortError::permanent(Surface::Checkpoint, summary));
    if writes.is_empty() || writes.len() > TRANSACTION_WRITES_MAX {
        return refuse(format!(
            "a transaction of {} writes, 1 to {TRANSACTION_WRITES_MAX} are taken",
            writes.len()
        ));
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut bytes = 0;
    for write in writes {
        let key = write.key();
        if !seen.insert(key) {
            return refuse("two writes of one record in a transaction".to_owned());
        }
        if let Some(fault) = key_fault(key) {
            return refuse(fault.to_owned());
        }
        let body = match write {
            Write::Put { body, .. } => body.len(),
            Write::Delete { .. } | Write::Check { .. } => 0,
        };
        if body > RECORD_BODY_BYTES_MAX {
            return refuse(format!("a record of {body} bytes, {RECORD_BODY_BYTES_MAX} are taken"));
        }
        bytes += key.partition.len() + key.sort.len() + body;
    }
    if bytes > TRANSACTION_BYTES_MAX {
        return refuse(format!("a transaction of {bytes} bytes, {TRANSACTION_BYTES_MAX} are taken"));
    }
    Ok(())
}

fn key_fault(key: &RecordKey) -> Option<&'static str> {
    if key.partition.is_empty() || key.partition.len() > RECORD_PARTITION_BYTES_MAX {
        return Some("a record's partition is empty or too long");
    }
    if key.sort.is_empty() || key.sort.len() > RECORD_SORT_BYTES_MAX {
        return Some("a record's sort key is empty or too long");
    }
    None
}

/// Whether a message may be handed to a queue.
///
/// # Errors
/// A permanent [`PortError`] without effect: an empty or too long body, a character no queue takes, a delay that
/// is too long or on a FIFO queue, a group or deduplication id where there must be none or the other way round.
pub fn admit_message(queue: QueueName, message: &Outgoing) -> Result<(), PortError> {
    let refuse = |summary: String| Err(PortError::permanent(Surface::Queue, summary));
    let bytes = message.body.len();
    if bytes == 0 || bytes > MESSAGE_BYTES_MAX {
        return refuse(format!("a message of {bytes} bytes for {queue}, 1 to {MESSAGE_BYTES_MAX} are taken"));
    }
    if !message.body.chars().all(is_text) {
        return refuse(format!("a message for {queue} holds a character that is not text"));
    }
    if message.delay > MESSAGE_DELAY_MAX {
        return refuse(format!(
            "a delay of {} s for {queue}, at most 900 s are taken",
            message.delay.as_secs()
        ));
    }
    match (queue.is_fifo(), &message.group, &message.deduplication) {
        (false, None, None) => Ok(()),
        (true, Some(group), Some(deduplication)) => {
            if !message.delay.is_zero() {
                return refuse(format!("{queue} takes no delay"));
            }
            if !is_id(group) || !is_id(deduplication) {
                return refuse(format!("a group or deduplication id {queue} does not take"));
            }
            Ok(())
        }
        (true, _, _) => refuse(format!("{queue} needs a message group and a deduplication id")),
        (false, _, _) => refuse(format!("{queue} takes neither message group nor deduplication id")),
    }
}

/// Whether a message may stay invisible for so long.
///
/// # Errors
/// A permanent [`PortError`] without effect where it may not.
pub fn admit_visibility(visibility: Duration) -> Result<(), PortError> {
    if visibility > VISIBILITY_MAX {
        return Err(PortError::permanent(Surface::Queue, "a visibility timeout beyond 12 hours"));
    }
    Ok(())
}

/// The characters SQS takes in a body: those of XML 1.0.
fn is_text(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MESSAGE_ID_CHARS_MAX
        && text.chars().all(|character| character.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::{admit_message, admit_writes};
    use crate::port::checkpoint_table::{Expect, RecordKey, Write};
    use crate::port::queue::{Outgoing, QueueName};

    fn put(sort: &str, bytes: usize) -> Write {
        let key = RecordKey { partition: "p".to_owned(), sort: sort.to_owned() };
        Write::Put { key, body: "x".repeat(bytes), expect: Expect::Absent }
    }

    #[test]
    fn a_transaction_beyond_any_bound_is_refused() {
        assert!(admit_writes(&[put("a", 350 << 10)]).is_ok());
        assert!(admit_writes(&[]).is_err());
        assert!(admit_writes(&[put("a", 1), put("a", 1)]).is_err());
        assert!(admit_writes(&[put("", 1)]).is_err());
        assert!(admit_writes(&[put("a", (350 << 10) + 1)]).is_err());
        let many = |count: u32, bytes| (0..count).map(|at| put(&at.to_string(), bytes)).collect::<Vec<_>>();
        assert!(admit_writes(&many(100, 1)).is_ok());
        assert!(admit_writes(&many(101, 1)).is_err());
        assert!(admit_writes(&many(20, 300 << 10)).is_err());
    }

    #[test]
    fn a_message_must_fit_its_queue() {
        let plain = |body: &str| Outgoing::plain(body.to_owned());
        assert!(admit_message(QueueName::Copy, &plain("größe\n")).is_ok());
        assert!(admit_message(QueueName::Copy, &plain("")).is_err());
        assert!(admit_message(QueueName::Copy, &plain("a\u{1}")).is_err());
        assert!(admit_message(QueueName::Changes, &plain("a")).is_err());
        let grouped =
            Outgoing { group: Some("g".to_owned()), deduplication: Some("d".to_owned()), ..plain("a") };
        assert!(admit_message(QueueName::Changes, &grouped).is_ok());
        assert!(admit_message(QueueName::Copy, &grouped).is_err());
        let second = std::time::Duration::from_secs(1);
        assert!(admit_message(QueueName::Changes, &Outgoing { delay: second, ..grouped }).is_err());
        assert!(admit_message(QueueName::Copy, &Outgoing { delay: second * 900, ..plain("a") }).is_ok());
        assert!(admit_message(QueueName::Copy, &Outgoing { delay: second * 901, ..plain("a") }).is_err());
    }
}
