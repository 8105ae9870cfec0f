//! Writes that come later than whoever they must come before.

use std::time::Duration;

use memory::Call;
use migration::mutation::Rule;
use migration::port::QueueName;
use migration::run::State;
use simulation::{Stage, Trouble, without};

const LONG: Duration = Duration::from_secs(10);

/// A row changes while a copier holds the page with what it was.
fn a_page_without_a_stamp_beside_the_log() -> Result<(), Trouble> {
    let stage = Stage::copying(false);
    let copier = stage.deliver(QueueName::Copy, LONG).expect("a chunk").before(Call::Write);
    stage.change(1, "newer");
    stage.read();
    if let Some(applier) = stage.deliver(QueueName::Changes, LONG) {
        applier.end();
    }
    copier.end();
    stage.finish()
}

#[test]
fn without_reading_the_log_after_the_copy_an_old_page_is_written_over_a_change() {
    assert_eq!(a_page_without_a_stamp_beside_the_log(), Ok(()));
    let trouble = without(&[Rule::Sequential], a_page_without_a_stamp_beside_the_log);
    assert!(matches!(trouble, Err(Trouble::Stale(_))), "{trouble:?}");
}

/// The operator finishes while a lane's holder has a row to write.
fn a_slow_holder_when_the_run_finishes() -> Result<(), Trouble> {
    let stage = Stage::following(1);
    stage.insert([1]);
    stage.read();
    let slow = stage.deliver(QueueName::Changes, LONG).expect("a batch").before(Call::Write);
    stage.ask_to_finish();
    for _ in 0..2 {
        stage.round();
    }
    if stage.world().stored_run().state != State::Completed {
        slow.end();
    }
    stage.finish()
}

/// What is not recorded is not applied, and what is recorded is written: so finishing waits for the record, or for the
/// lease of whoever recorded too early.
#[test]
fn without_recording_after_writing_and_waiting_for_leases_a_row_is_written_behind_the_end() {
    for covered in [&[][..], &[Rule::FinishWaits], &[Rule::RecordAfterWrite]] {
        assert_eq!(without(covered, a_slow_holder_when_the_run_finishes), Ok(()), "without {covered:?}");
    }
    let both = [Rule::FinishWaits, Rule::RecordAfterWrite];
    let trouble = without(&both, a_slow_holder_when_the_run_finishes);
    assert!(matches!(trouble, Err(Trouble::Early(_))), "{trouble:?}");
}
