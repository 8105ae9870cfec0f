//! Definitions whose answer is a timeout, whatever becomes of them.

use crate::fault_modes::stand::Stand;

pub(super) fn definitions_time_out_and_complete_at_once_or_late(stand: &Stand) {
    let faults = [
        stand.set("timeout on=ddl table=DB.t times=1 applied=all"),
        stand.set("timeout on=ddl table=DB.u times=1 applied=later:2s"),
        stand.set("timeout on=ddl times=1 applied=all"),
    ];
    stand.run_and_verify(&faults);
}

pub(super) fn definitions_time_out_and_never_complete(stand: &Stand) {
    let faults = [stand.set("timeout on=ddl times=1"), stand.set("cut on=ddl table=DB.t times=1")];
    stand.run_and_verify(&faults);
}
