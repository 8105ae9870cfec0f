//! How many rows of one statement the target takes, up to the number Ferry would like to send.
//!
//! A refusal counts whatever its number. It may also have been a limit of that moment, so each number of rows gets a
//! second try after a pause. Rows that are taken and then not all there count as refused. Sent as texts in every case: the
//! driver keeps a buffer for each parameter of the longest statement it ever prepared.

use std::time::Duration;

use migration::limits::STATEMENT_ROWS;

use crate::failure::Failure;
use crate::probe::line::{is_answer, is_unseen_table};
use crate::probe::scratch::{Scratch, TEXT, Written, fresh_key};

/// Ferry's own number of rows, and what is tried below it.
const TRIED: [u32; 6] = [100, 50, 20, 10, 5, 1];
const _: () = assert!(STATEMENT_ROWS == 100, "the greatest number tried is the one Ferry sends");
const PAUSE: Duration = Duration::from_millis(300);

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Option<u32>, Failure> {
    for rows in TRIED {
        if is_taken(scratch, rows).await? {
            return Ok(Some(rows));
        }
        tokio::time::sleep(PAUSE).await;
        if is_taken(scratch, rows).await? {
            return Ok(Some(rows));
        }
    }
    Ok(None)
}

async fn is_taken(scratch: &Scratch<'_>, rows: u32) -> Result<bool, Failure> {
    let first = fresh_key();
    let keys = (first..).zip(0..rows);
    let written: Vec<Written> = keys.map(|(key, _)| Written { key, a: Some(1), b: Some(1) }).collect();
    match scratch.target.tell_once(&scratch.upsert(&written, None), TEXT).await {
        Err(failure) if is_answer(&failure) && !is_unseen_table(&failure) => Ok(false),
        Err(failure) => Err(failure),
        Ok(()) => Ok(scratch.count_from(first, rows).await? == written.len()),
    }
}
