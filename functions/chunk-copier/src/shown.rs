//! Storing what a page may show, before it is written; [`migration::shown`] argues for it.

use migration::gtid::GtidSet;
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Commit, Write};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::shown::{self, Shown};

use crate::handler::Held;

/// How often it is tried beside other copiers and the reader, both of which store now and then.
const TRIES: u32 = 50;

/// Whether the page may be written: what it may show is stored, and its server is still the one that is followed.
pub(crate) async fn store_shown(
    records: &impl CheckpointTable,
    held: &mut Held,
    executed: Option<GtidSet>,
) -> Result<bool, HandlerError> {
    // Without GTIDs no other server is ever accepted.
    let Some(executed) = executed.filter(|_| !is_left_out(Rule::ShownFirst)) else { return Ok(true) };
    if held.shown.contains_all(&executed) {
        return Ok(true);
    }
    let run = held.run.id;
    let key = record::shown(run, shown::share_of(held.chunk.value.id));
    for _ in 0..TRIES {
        let mut writes = Vec::with_capacity(2);
        if held.beside_log {
            let reader: Stored<ReaderState> = record::must_load(records, &record::reader(run)).await?;
            if reader.value.switching || Some(&reader.value.evidence.server_uuid) != held.server.as_ref() {
                return Ok(false);
            }
            writes.push(Write::Check { key: record::reader(run), expect: reader.unchanged() });
        }
        let stored: Option<Stored<Shown>> = record::load(records, &key).await?;
        let expect = record::as_found(stored.as_ref());
        let mut all = stored.map(|stored| stored.value).unwrap_or_default();
        let is_stored = all.executed.contains_all(&executed);
        all.executed.add_all(&executed);
        writes.push(record::put(key.clone(), &all, expect));
        if is_stored || records.commit(writes).await? == Commit::Stored {
            held.shown = all.executed;
            return Ok(true);
        }
    }
    // As busy as that: the chunk is taken up again later.
    Ok(false)
}
