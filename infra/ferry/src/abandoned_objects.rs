//! Payloads in the data folder that no message or record can call for any more.
//!
//! The applier removes a batch's object when the batch is done with. What a crash leaves between an object and its message, or
//! between a message's end and its object's, and what went with a lost queue, stays until it is looked for here: when a
//! run begins and when it ends.
//!
//! # Why nothing is removed that is still needed
//!
//! 1. Objects are listed first and records are read after them; whoever puts an object has its run's record already. So
//!    a run that is not found, is not its task's newest, or has ended for good, is nobody's work any more.
//! 2. Of a run that goes on, only objects of epochs before the reader's are removed. Everything of them that was not
//!    applied is shipped again by the reader's epoch; a lane that asks for one in vain takes it for a lost batch.
//! 3. Failing is no harm: it is only tidiness, and comes again with the next run.

use std::collections::BTreeMap;

use clock::SystemClock;
use embedded::{ObjectFolder, Store};
use migration::lane_progress::Epoch;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, ObjectStore};
use migration::reader_state::ReaderState;
use migration::record::{self, TaskHead};
use migration::run::RunId;
use migration::run_store;

/// Removes what is abandoned of all tasks of a data folder.
pub(crate) async fn remove(store: &Store<SystemClock>, objects: &ObjectFolder) {
    if let Err(error) = tidy(store, objects).await {
        tracing::warn!(%error, "objects of abandoned batches stay for now");
    }
}

async fn tidy(records: &impl CheckpointTable, objects: &ObjectFolder) -> Result<(), HandlerError> {
    let folders = objects.folders().await?;
    if folders.is_empty() {
        return Ok(());
    }
    let alive = alive(records).await?;
    for (folder, names) in folders {
        // What is not named by a run was put by somebody else.
        let Ok(run) = folder.parse::<RunId>() else { continue };
        match alive.get(&run) {
            None => objects.remove_folder(&folder).await?,
            Some(current) => {
                let is_older = |name: &&String| epoch_of(name).is_some_and(|epoch| epoch < *current);
                for name in names.iter().filter(is_older) {
                    objects.remove(&format!("{folder}/{name}")).await?;
                }
            }
        }
    }
    Ok(())
}

/// The runs somebody may still work on, with the reader's epoch; the first one where there is no reader yet.
async fn alive(records: &impl CheckpointTable) -> Result<BTreeMap<RunId, Epoch>, HandlerError> {
    let mut alive = BTreeMap::new();
    for (_, head) in record::load_all::<TaskHead>(records, record::TASKS, "").await? {
        let id = head.value.run;
        let Some(run) = run_store::load_run(records, id).await? else { continue };
        if run.value.state.is_over() {
            continue;
        }
        let reader = record::load::<ReaderState>(records, &record::reader(id)).await?;
        alive.insert(id, reader.map_or(Epoch(0), |reader| reader.value.epoch));
    }
    Ok(alive)
}

/// The epoch in an object's name, as [`migration::batch::object_name`] writes it behind the run.
fn epoch_of(name: &str) -> Option<Epoch> {
    Some(Epoch(name.split('-').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use embedded::ObjectFolder;
    use memory::{MemoryTable, World};
    use migration::batch::{BatchHead, object_name};
    use migration::lane::Lane;
    use migration::lane_progress::Epoch;
    use migration::port::ObjectStore;
    use migration::position::{LogPlace, Position, Timeline};
    use migration::reader_state::{Evidence, ReaderState};
    use migration::record;
    use migration::run::{Event, RunId};
    use migration::schema::SchemaVersion;
    use migration::time::UnixMs;

    use super::tidy;

    fn name(run: RunId, epoch: u64) -> String {
        let first = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 4 });
        object_name(&BatchHead {
            run,
            epoch: Epoch(epoch),
            lane: Lane(3),
            seq: 7,
            schema: SchemaVersion(0),
            first,
            last: first,
            operations: 1,
            committed_at: UnixMs(0),
        })
    }

    async fn left(records: &MemoryTable, objects: &ObjectFolder, names: &[&String]) -> Vec<bool> {
        for name in names {
            objects.put(name, vec![1]).await.unwrap();
        }
        tidy(records, objects).await.unwrap();
        let mut left = Vec::new();
        for name in names {
            left.push(objects.get(name).await.unwrap().is_some());
        }
        left
    }

    #[tokio::test]
    async fn only_what_can_still_be_called_for_stays() {
        let folder = tempfile::tempdir().unwrap();
        let objects = ObjectFolder::new(folder.path().join("objects"));
        let mut world = World::on(memory::Platform::automatic());
        world.add_table("orders", []);
        world.start();
        let evidence =
            Evidence { server_uuid: String::new(), file_name: "log.000001".to_owned(), format: None };
        let start = LogPlace { file: 1, offset: 4 };
        let mut reader = ReaderState::starting(start, None, evidence, 2, UnixMs(0));
        reader.epoch = Epoch(12);
        let replaced: RunId = "6f9619ff-8b86-d011-b42d-00cf4fc964ff".parse().unwrap();
        let (former, older, current) = (name(replaced, 12), name(world.run, 9), name(world.run, 12));
        let foreign = "elsewhere/1-0-1".to_owned();
        let names = [&former, &older, &current, &foreign];
        let records = &world.platform.table;
        assert_eq!(left(records, &objects, &names).await, [false, true, true, true], "no reader yet");
        world.store(record::reader(world.run), &reader);
        assert_eq!(left(records, &objects, &names).await, [false, false, true, true]);
        let mut run = world.stored_run();
        run.step(Event::CancelledByHand, "test", UnixMs(0)).unwrap();
        world.store(record::run(world.run), &run);
        assert_eq!(left(records, &objects, &names).await, [false, false, false, true]);
        assert!(!folder.path().join("objects").join(world.run.to_string()).exists());
    }
}
