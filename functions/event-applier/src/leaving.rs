//! Giving the lane back: at once where every statement was answered and recorded, else as soon as nothing can take
//! effect any more.

use std::time::Duration;

use migration::lease::Lease;
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, Commit, Deleter, ObjectStore, PortError, Queue, RowImages, Sink, Surface,
};
use migration::record;
use migration::retry::{Effect, Retry};

use crate::handler::{Applier, Stop};
use crate::hold::Held;

impl<R, Q, O, K, I, C> Applier<'_, R, Q, O, K, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    K: Sink + Deleter,
    I: RowImages,
    C: Clock,
{
    /// Ends the lease as the outcome allows (protocol H8).
    ///
    /// After an outcome that is not known the lease stays until the statement's own timeout has run out, and nothing
    /// else of the lane is sent. What was acknowledged and not recorded is told to the next holder by a lease that was not given
    /// back: it waits the spacing from the lease's end, because it does not know the keys.
    pub(crate) async fn leave(&self, held: Box<Held>, outcome: Result<(), Stop>) -> Result<(), Stop> {
        let lease = held.lease.value;
        if lease.was_released() {
            return outcome;
        }
        let now = self.clock.now();
        let is_uncertain = matches!(&outcome, Err(Stop::Failed(HandlerError::Port(error)))
            if error.surface == Surface::Target && error.effect == Effect::Unknown);
        let ended = if is_uncertain && !is_left_out(Rule::UncertainWait) {
            lease.leave(lease.token, now.plus(held.timeout))
        } else if held.unrecorded && !is_left_out(Rule::UncertainWait) {
            lease.leave(lease.token, now)
        } else {
            lease.release(lease.token)
        };
        let ended: Lease = ended.unwrap_or(lease);
        let key = record::lane_lease(held.run.id, held.lane);
        let stored = self.records.commit(vec![record::put(key, &ended, held.lease.unchanged())]).await;
        let outcome = match outcome {
            Err(Stop::Failed(HandlerError::Port(error))) if is_uncertain && error.is_transient() => {
                let retry = Retry::After(now.until(ended.until));
                Err(Stop::Failed(PortError { retry, ..error }.into()))
            }
            outcome => outcome,
        };
        // A later holder has the lane: what this one found may be long past, and fails no run.
        let is_final = match &outcome {
            Err(Stop::Failed(error)) => error.is_final(),
            Err(Stop::BadRow(_)) => true,
            Ok(()) | Err(Stop::Again(_) | Stop::Undecodable) => false,
        };
        if is_final && matches!(stored, Ok(Commit::Conflict)) && !is_left_out(Rule::FencingToken) {
            return Err(Stop::Again(Duration::ZERO));
        }
        // What stopped the work tells more than a lease that could not be ended; that one runs out by itself. A conflict
        // means that a later holder has it.
        if outcome.is_ok() {
            stored?;
        }
        outcome
    }
}
