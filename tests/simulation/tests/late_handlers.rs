//! Handlers that go on long after others have taken over.

use std::time::Duration;

use memory::Call;
use migration::batch::Envelope;
use migration::ident::ColumnName;
use migration::mutation::Rule;
use migration::port::QueueName;
use migration::reader_state::ReaderState;
use migration::record;
use migration::schema::{Alteration, ColumnPlace, ExistingRows, SchemaVersion, SourceColumn, TableChange};
use migration::value::SourceValue;
use simulation::{Stage, Trouble, without};

const LONG: Duration = Duration::from_secs(10);

/// A lane's holder is slow, and its message goes with the whole queue. So nothing but the lease keeps the next holder of
/// the lane, in a new epoch, from writing before it does.
fn a_slow_holder_whose_message_is_lost() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.read();
    let slow = stage.deliver(QueueName::Changes, LONG).expect("a batch").before(Call::Write);
    stage.world().platform.queue.purge();
    stage.pause_and_resume();
    stage.change(1, "newer");
    stage.read();
    stage.deliver(QueueName::Changes, LONG).expect("a batch").end();
    slow.end();
    stage.finish()
}

#[test]
fn without_a_lane_s_lease_an_old_row_is_written_over_a_newer() {
    assert_eq!(a_slow_holder_whose_message_is_lost(), Ok(()));
    let trouble = without(&[Rule::LaneLease], a_slow_holder_whose_message_is_lost);
    assert!(matches!(trouble, Err(Trouble::Stale(_))), "{trouble:?}");
}

/// A holder has written and does not get to its record before its lease ends. While the next holder writes the same
/// batch, it stores its record after all.
fn a_record_stored_behind_the_lease() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.read();
    let late =
        stage.deliver(QueueName::Changes, LONG).expect("a batch").before(Call::Write).before(Call::Commit);
    stage.pass(Duration::from_secs(25));
    let next = stage.deliver(QueueName::Changes, LONG).expect("it comes again").before(Call::Write);
    late.end();
    next.end();
    stage.finish()
}

#[test]
fn without_fencing_a_late_record_stops_the_run() {
    assert_eq!(a_record_stored_behind_the_lease(), Ok(()));
    let trouble = without(&[Rule::FencingToken], a_record_stored_behind_the_lease);
    assert!(matches!(trouble, Err(Trouble::Failed(_))), "{trouble:?}");
}

/// Batch 2 is lost, and batch 3 is delivered to somebody who does nothing for long. The next epoch cuts the rows of
/// batch 2 in two, and between the two the late batch 3 is taken up.
fn an_old_batch_between_two_of_a_new_epoch() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.read();
    stage.deliver(QueueName::Changes, LONG).expect("a batch").end();
    (2..7).for_each(|id| stage.insert([id]));
    stage.read();
    let old = stage.take_batches();
    assert_eq!(operations(&old), [4, 1]);
    stage.pause_and_resume();
    // Reading goes on so slowly that what has come in is shipped before row 5.
    let reader = stage.reader(LONG).before(Call::LogNext).before(Call::LogNext);
    stage.pass(Duration::from_millis(300));
    let mut reader = reader.before(Call::Send);
    reader.step();
    stage.deliver(QueueName::Changes, LONG).expect("a batch").end();
    stage.apply(&old[1..], LONG).end();
    reader.end();
    stage.finish()
}

fn operations(bodies: &[String]) -> Vec<u32> {
    bodies.iter().map(|body| Envelope::parse(body).expect("a batch").head.operations).collect()
}

#[test]
fn without_dropping_old_batches_rows_between_are_lost() {
    assert_eq!(an_old_batch_between_two_of_a_new_epoch(), Ok(()));
    let trouble = without(&[Rule::StaleBatches], an_old_batch_between_two_of_a_new_epoch);
    assert!(matches!(trouble, Err(Trouble::Lost(_))), "{trouble:?}");
}

/// A holder has taken the lane and not looked at its table yet when its lease ends. The next holder applies the batch, and
/// a definition is passed; then the late one looks at the table.
fn a_table_looked_at_behind_its_definition(definition: impl Fn(&Stage)) -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.read();
    let late = stage.deliver(QueueName::Changes, LONG).expect("a batch").before(Call::Commit);
    // Lane, recent keys, table.
    let late = (0..3).fold(late, |late, _| late.before(Call::Get));
    stage.pass(Duration::from_secs(25));
    definition(&stage);
    stage.until(|world| world.load::<ReaderState>(&record::reader(world.run)).schema == SchemaVersion(1));
    late.end();
    stage.finish()
}

fn add_column(stage: &Stage) {
    let table = stage.table();
    let like = stage.world().mapping(0).source.columns[1].clone();
    let column = SourceColumn { name: ColumnName::new("more").expect("a name"), ..like };
    let (place, existing) = (ColumnPlace::Unsaid, ExistingRows::Null);
    let alterations = vec![Alteration::AddColumn { column, place, existing }];
    let change = TableChange::Altered { table, alterations };
    stage.world().source.define(vec![change], "ALTER TABLE orders ADD COLUMN more", SourceValue::Null);
}

fn drop_table(stage: &Stage) {
    let change = TableChange::Dropped { table: stage.table() };
    stage.world().source.define(vec![change], "DROP TABLE orders", SourceValue::Null);
}

/// Either rule keeps the late holder's images from being read by the later definition, or what comes of that from
/// counting.
#[test]
fn without_folding_within_a_schema_and_fencing_a_late_holder_stops_the_run() {
    let schedule = || a_table_looked_at_behind_its_definition(add_column);
    for covered in [&[][..], &[Rule::FoldWithinSchema], &[Rule::FencingToken]] {
        assert_eq!(without(covered, schedule), Ok(()), "without {covered:?}");
    }
    let trouble = without(&[Rule::FoldWithinSchema, Rule::FencingToken], schedule);
    assert!(matches!(trouble, Err(Trouble::Failed(_))), "{trouble:?}");
}

#[test]
fn a_late_holder_of_a_table_that_is_gone_does_no_harm() {
    assert_eq!(a_table_looked_at_behind_its_definition(drop_table), Ok(()));
}

/// A reader has loaded its place, and not the tables yet, when its lease ends. The next one passes a definition, so
/// that the late one reads old rows with the new table.
#[test]
fn a_late_reader_of_old_rows_by_a_new_table_does_no_harm() {
    let schedule = || {
        let stage = Stage::following(1);
        stage.insert([1]);
        let late = stage.reader(60 * LONG).before(Call::Commit).before(Call::Range);
        stage.pass(Duration::from_secs(25));
        add_column(&stage);
        stage.until(|world| world.load::<ReaderState>(&record::reader(world.run)).schema == SchemaVersion(1));
        late.end();
        stage.finish()
    };
    assert_eq!(schedule(), Ok(()));
    let trouble = without(&[Rule::FencingToken], schedule);
    assert!(matches!(trouble, Err(Trouble::Failed(_))), "{trouble:?}");
}
