//! A task document in the checkpoint table: a small one in the task's head, a large one in parts beside the run.
//!
//! A document may name ten thousand tables, a record holds 350 KiB and a transaction 4 MB. So a large document is
//! compressed, cut, and stored part by part under the run's id before the head points to it.
//! A crash in between leaves parts that no head points to: nobody reads them, because each attempt draws an id of its own.
//! Once a head points to them they never change.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::limits::RECORD_BODY_BYTES_MAX;
use crate::outcome::HandlerError;
use crate::port::{CheckpointTable, Commit};
use crate::record::{self, StoredDocument, TaskHead};
use crate::run::RunId;

/// Every invocation reads the head, and pays by its size.
const INLINE_BYTES_MAX: usize = 32 << 10;
/// Characters of a part; as JSON it has two quotes more.
const PART_CHARS: usize = RECORD_BODY_BYTES_MAX - 2;
/// Parts that fit a transaction's bytes.
const PARTS_A_TRANSACTION: usize = 10;
/// A document beyond this is damaged: the largest text that is taken has an eighth of it, and defaults are written out.
const RAW_BYTES_MAX: usize = 128 << 20;

/// Where a document goes, and its parts where it goes into several.
pub(super) fn lay_out(document: Value) -> (StoredDocument, Vec<String>) {
    let text = document.to_string();
    if text.len() <= INLINE_BYTES_MAX {
        return (StoredDocument::Here(document), Vec::new());
    }
    let packed = STANDARD.encode(lz4_flex::block::compress_prepend_size(text.as_bytes()));
    let parts: Vec<String> =
        packed.as_bytes().chunks(PART_CHARS).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    let count = u32::try_from(parts.len()).expect("invariant: a document in memory has few parts");
    (StoredDocument::Parts(count), parts)
}

/// Stores the parts of a run that no head points to yet.
pub(super) async fn store_parts(
    records: &impl CheckpointTable,
    run: RunId,
    parts: &[String],
) -> Result<(), HandlerError> {
    let numbered: Vec<(u32, &String)> = (0..).zip(parts).collect();
    for some in numbered.chunks(PARTS_A_TRANSACTION) {
        let writes = some
            .iter()
            .map(|(number, part)| record::put_new(record::document_part(run, *number), part))
            .collect();
        if records.commit(writes).await? == Commit::Conflict {
            return Err(HandlerError::Inconsistent(format!("run {run} has a document already")));
        }
    }
    Ok(())
}

/// The document a head points to.
///
/// # Errors
/// [`HandlerError`] where a part cannot be loaded, or they make no document.
pub async fn load(records: &impl CheckpointTable, head: &TaskHead) -> Result<Value, HandlerError> {
    let count = match &head.document {
        StoredDocument::Here(document) => return Ok(document.clone()),
        StoredDocument::Parts(count) => *count,
    };
    let partition = record::run_partition(head.run);
    let parts = record::load_all::<String>(records, &partition, record::DOCUMENT_PARTS).await?;
    let found = u32::try_from(parts.len()).ok();
    let packed: String = parts.into_iter().map(|(_, part)| part.value).collect();
    found.filter(|found| *found == count).and_then(|_| unpack(&packed)).ok_or_else(|| {
        HandlerError::Inconsistent(format!("the stored task document of run {} is damaged", head.run))
    })
}

fn unpack(packed: &str) -> Option<Value> {
    let bytes = STANDARD.decode(packed).ok()?;
    let (size, _) = bytes.split_first_chunk::<4>()?;
    if usize::try_from(u32::from_le_bytes(*size)).ok()? > RAW_BYTES_MAX {
        return None;
    }
    serde_json::from_slice(&lz4_flex::block::decompress_size_prepended(&bytes).ok()?).ok()
}
