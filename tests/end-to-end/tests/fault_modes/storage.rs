//! A storage that is full: nothing is written until there is room, and nobody has to begin anew.

use crate::fault_modes::stand::Stand;

/// With an error that may pass by itself the run waits.
pub(super) fn a_full_storage_gets_room_while_the_run_waits(stand: &Stand) {
    let full = stand.set("full table=DB.t");
    let mut running = stand.start();
    stand.wait_until_struck(&mut running, &full, 5);
    stand.clear(&full);
    stand.ends_equal(running, &[]);
}

/// A run that waits can be stopped; the same command goes on.
pub(super) fn a_run_is_stopped_on_a_full_storage_and_goes_on_when_there_is_room(stand: &Stand) {
    let full = stand.set("full table=DB.t");
    let mut running = stand.start();
    stand.wait_until_struck(&mut running, &full, 2);
    running.interrupt();
    let ended = running.wait().expect(5);
    let last = ended.out.lines().last();
    assert_eq!(last, Some("stopping: ending what is in hand; the same command goes on from there"));
    stand.clear(&full);
    stand.run_and_verify(&[]);
}

/// An error nobody knows ends the run with what to do; the same command goes on once that is done.
pub(super) fn a_full_storage_of_an_unknown_number_is_the_operators(stand: &Stand) {
    let full = stand.set("full table=DB.t code=8010");
    let ended = stand.start().wait().expect(1);
    assert!(ended.out.contains("error 8010 (HY000)"), "{}", ended.out);
    let remedy = "remedy: mend the cause and run the task again; it goes on where it stopped";
    assert!(ended.out.contains(remedy), "{}", ended.out);
    assert!(stand.clear(&full) > 0);
    stand.run_and_verify(&[]);
}
