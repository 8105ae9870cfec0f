//! Readers that die where it hurts, and what the next one makes of it.

use std::time::Duration;

use memory::Call;
use migration::lane::{Lane, LaneSeed};
use migration::mutation::Rule;
use migration::port::QueueName;
use migration::reader_state::ReaderState;
use migration::record;
use migration::schema::{SchemaVersion, TableChange};
use migration::value::{SourceValue, TargetValue};
use simulation::{Actor, Stage, Trouble, without};

const LONG: Duration = Duration::from_secs(10);
/// Past any lease.
const GONE: Duration = Duration::from_secs(20);

/// Lets a reader send something, and die before it stores that.
fn send_and_die(reader: Actor<'_>) {
    let mut reader = reader.before(Call::Send);
    reader.step();
    drop(reader);
}

/// A reader of a new epoch dies between sending and storing, and the lane applies what it sent.
fn a_death_in_the_first_interval_of_an_epoch() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    (1..7).for_each(|id| stage.insert([id]));
    stage.read();
    drop(stage.take_batches());
    stage.pause_and_resume();
    // Reading goes on so slowly that what has come in is shipped before the last rows.
    let reader = stage.reader(LONG).before(Call::LogNext).before(Call::LogNext);
    stage.pass(Duration::from_millis(300));
    send_and_die(reader);
    stage.deliver(QueueName::Changes, LONG).expect("a batch").end();
    stage.pass(GONE);
    stage.finish()
}

#[test]
fn without_storing_an_epoch_first_its_successor_skips_rows() {
    assert_eq!(a_death_in_the_first_interval_of_an_epoch(), Ok(()));
    let trouble = without(&[Rule::EpochStoredFirst], a_death_in_the_first_interval_of_an_epoch);
    assert!(matches!(trouble, Err(Trouble::Lost(_))), "{trouble:?}");
}

/// A transaction was shipped and applied; reader and source die before anybody else has it.
fn a_source_that_loses_what_was_shipped() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    send_and_die(stage.reader(LONG));
    stage.deliver(QueueName::Changes, LONG).expect("a batch").end();
    stage.world().source.fail_over(1);
    stage.pass(GONE);
    stage.finish()
}

fn is_refused(trouble: &Result<(), Trouble>) -> bool {
    matches!(trouble, Err(Trouble::Failed(what)) if what.contains("it lacks transactions that may be on the target"))
}

#[test]
fn without_the_intent_rows_of_a_lost_history_stay() {
    let trouble = a_source_that_loses_what_was_shipped();
    assert!(is_refused(&trouble), "{trouble:?}");
    let trouble = without(&[Rule::IntentFirst], a_source_that_loses_what_was_shipped);
    assert!(matches!(trouble, Err(Trouble::Revived(_))), "{trouble:?}");
}

fn truncate(stage: &Stage) {
    let change = TableChange::Truncated { table: stage.table() };
    stage.world().source.define(vec![change], "TRUNCATE TABLE orders", SourceValue::Null);
}

/// A definition was executed; its executor and the source die before anybody else has it.
fn a_source_that_loses_a_definition() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.round();
    truncate(&stage);
    stage.read();
    let mut definer = stage.deliver(QueueName::Changes, LONG).expect("a definition").before(Call::Truncate);
    definer.step();
    drop(definer);
    stage.world().source.fail_over(1);
    stage.pass(GONE);
    stage.finish()
}

#[test]
fn a_source_that_lost_a_definition_which_was_executed_is_refused() {
    let trouble = a_source_that_loses_a_definition();
    assert!(is_refused(&trouble), "{trouble:?}");
}

/// Keys of one lane, then of the other.
fn keys_of_both_lanes(stage: &Stage) -> ([i64; 2], i64) {
    let mapping = stage.world().mapping(0);
    let lane = |id: &i64| {
        let key = mapping.key_digest(&vec![TargetValue::Int(*id)]);
        LaneSeed::of(&mapping.target.id).lane(key, 2)
    };
    let of = |wanted: Lane| (1..).filter(move |id| lane(id) == wanted);
    let mut busy = of(Lane(0));
    let mut next = || busy.next().expect("a key");
    ([next(), next()], of(Lane(1)).next().expect("a key"))
}

/// A lane has had nothing for long, and a definition was passed meanwhile; then its first batch is lost.
fn an_idle_lane_wakes_behind_a_definition() -> Result<(), Trouble> {
    let stage = Stage::following(2);
    let ([before, behind], woken) = keys_of_both_lanes(&stage);
    stage.insert([before]);
    stage.round();
    truncate(&stage);
    stage.until(|world| world.load::<ReaderState>(&record::reader(world.run)).schema == SchemaVersion(1));
    stage.insert([behind]);
    stage.round();
    stage.insert([woken]);
    stage.read();
    drop(stage.take_batches());
    stage.finish()
}

/// Either rule keeps the lane from being read again from before the definition, which would be executed once more.
#[test]
fn without_raising_low_water_at_stores_and_barriers_a_definition_is_executed_twice() {
    for covered in [&[][..], &[Rule::BarrierRaisesLow], &[Rule::IdleRaisesLow]] {
        assert_eq!(without(covered, an_idle_lane_wakes_behind_a_definition), Ok(()), "without {covered:?}");
    }
    let both = [Rule::BarrierRaisesLow, Rule::IdleRaisesLow];
    let trouble = without(&both, an_idle_lane_wakes_behind_a_definition);
    assert!(matches!(trouble, Err(Trouble::Lost(_))), "{trouble:?}");
}
