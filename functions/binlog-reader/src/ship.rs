//! Shipping: the intent, the queue, then the position.
//!
//! # Why lanes get their batches once, in order, and none is forgotten
//!
//! 1. *Intent first* (protocol H15). Before anything is sent the GTIDs of all transactions in it are stored: "may have been
//!    shipped". A later reader on another server knows from it what may be on the target, whatever became of this one.
//! 2. A call to the queue holds one batch of a lane at most, and the lane's next batch is sent only after the one before was
//!    taken. So a call that fails in part cannot leave a later batch in front of an earlier one: the queue would drop the
//!    earlier one's repetition behind it only by chance, and the lane would find a gap.
//! 3. What was not taken, or not known to be, is sent again with the same bytes and the same deduplication id. A batch
//!    that arrives twice is stale at the lane.
//! 4. A payload too large for a message is in the object store, durable, before the message that names it is sent.
//! 5. The position is stored after the queue took everything up to it. Nothing is sent once the lease is over.
//! 6. What is packed while reading goes on is shipped before anything else is shipped or stored (`load`).

use std::collections::VecDeque;
use std::time::Duration;

use migration::batch::Packed;
use migration::limits::{MESSAGE_BYTES_MAX, RECEIVE_MESSAGES_MAX};
use migration::mutation::{self, Rule};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, ObjectStore, Outgoing, PortError, Queue, QueueName, RowImages,
    SendOutcome,
};
use migration::reader_state::Shipped;
use migration::retry::backoff;
use migration::time::UnixMs;

use crate::cursor::{Cursor, Reached};
use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::lanes::{Lanes, Sealed};
use crate::load::Load;

/// First and longest pause before a batch is sent again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// How often a call is made again before the platform is told.
const TRIES: usize = 6;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Ships what waits and stores the position; stores the position alone where nothing waits.
    pub(crate) async fn flush(
        &self,
        held: &mut Held,
        cursor: &Cursor,
        lanes: &mut Lanes,
        idle_at: Option<UnixMs>,
    ) -> Result<(), Halt> {
        self.land(held, lanes).await?;
        let load = lanes.cut(cursor.reached());
        self.ship_load(held, lanes, load, idle_at).await
    }

    /// Cuts off what waits, to be shipped once it is packed; what was cut off before is shipped now.
    pub(crate) async fn launch(
        &self,
        held: &mut Held,
        cursor: &Cursor,
        lanes: &mut Lanes,
    ) -> Result<(), Halt> {
        self.land(held, lanes).await?;
        *lanes.under_way() = Some(lanes.cut(cursor.reached()));
        Ok(())
    }

    /// Ships what was cut off, as soon as it is packed.
    pub(crate) async fn land(&self, held: &mut Held, lanes: &mut Lanes) -> Result<(), Halt> {
        match lanes.under_way().take() {
            Some(load) => self.ship_load(held, lanes, load, None).await,
            None => Ok(()),
        }
    }

    /// Ships what waits, and tells what, and how far that is; nothing is stored of it but the intent.
    pub(crate) async fn ship(
        &self,
        held: &mut Held,
        cursor: &Cursor,
        lanes: &mut Lanes,
    ) -> Result<(Reached, Vec<Shipped>), Halt> {
        self.land(held, lanes).await?;
        let load = lanes.cut(cursor.reached());
        self.send_load(held, lanes, load).await
    }

    async fn ship_load(
        &self,
        held: &mut Held,
        lanes: &mut Lanes,
        load: Load,
        idle_at: Option<UnixMs>,
    ) -> Result<(), Halt> {
        if mutation::is_left_out(Rule::StoreAfterSend) {
            self.store_position(held, &load.reached, &[], idle_at).await?;
        }
        let (reached, shipped) = self.send_load(held, lanes, load).await?;
        self.store_position(held, &reached, &shipped, idle_at).await
    }

    /// The intent is stored while the load is packed.
    async fn send_load(
        &self,
        held: &mut Held,
        lanes: &mut Lanes,
        load: Load,
    ) -> Result<(Reached, Vec<Shipped>), Halt> {
        self.store_intent(held, &load).await?;
        let Load { reached, shipped, packing, .. } = load;
        let (sealed, kit) = packing.await;
        lanes.put_back(kit);
        self.send(held, sealed).await?;
        Ok((reached, shipped))
    }

    async fn send(&self, held: &mut Held, sealed: Vec<Sealed>) -> Result<(), Halt> {
        if sealed.is_empty() {
            return Ok(());
        }
        let mut waiting: Vec<VecDeque<Outgoing>> =
            held.state.value.lanes.iter().map(|_| VecDeque::new()).collect();
        for Sealed { lane, packed } in sealed {
            let Packed { message, object } = packed;
            if let Some((name, payload)) = object {
                self.objects.put(&name, payload).await?;
            }
            if let Some(waiting) = waiting.get_mut(usize::from(lane.0)) {
                waiting.push_back(message);
            }
        }
        loop {
            let call = next_call(&mut waiting);
            if call.is_empty() {
                return Ok(());
            }
            self.send_call(held, call).await?;
        }
    }

    /// Sends a call's messages, and those again that were not taken.
    async fn send_call(&self, held: &mut Held, mut call: Vec<Outgoing>) -> Result<(), Halt> {
        let mut pauses = backoff(PAUSES.0, PAUSES.1).take(TRIES);
        loop {
            self.keep_lease(held).await?;
            held.unsettled = true;
            let failure = match self.queue.send(QueueName::Changes, &call).await {
                Ok(outcomes) => left(&mut call, outcomes)?,
                Err(error) => Some(error),
            };
            let Some(error) = failure else { return Ok(()) };
            let pause = pauses.next().filter(|_| error.is_transient() && !held.is_over(self.clock.now()));
            let Some(pause) = pause else { return Err(error.into()) };
            self.clock.sleep(pause).await;
        }
    }

    async fn store_intent(&self, held: &mut Held, load: &Load) -> Result<(), Halt> {
        let (gtids, anonymous) = (&load.gtids, load.anonymous);
        let Some(track) = &held.state.value.gtid else { return Ok(()) };
        let is_known = track.intent.contains_all(gtids) && (track.anonymous || !anonymous);
        if is_known || mutation::is_left_out(Rule::IntentFirst) {
            return Ok(());
        }
        let mut next = held.state.value.clone();
        if let Some(track) = &mut next.gtid {
            track.intent.add_all(gtids);
            track.anonymous |= anonymous;
        }
        self.store_state(held, next).await
    }
}

/// The first waiting message of as many lanes as one call takes.
fn next_call(waiting: &mut [VecDeque<Outgoing>]) -> Vec<Outgoing> {
    let mut call: Vec<Outgoing> = Vec::new();
    let mut bytes = 0;
    // The lanes with most to send go first, so that the calls are few.
    let mut order: Vec<usize> = (0..waiting.len()).collect();
    order.sort_by_key(|lane| std::cmp::Reverse(waiting.get(*lane).map_or(0, VecDeque::len)));
    for lane in order {
        let Some(lane) = waiting.get_mut(lane) else { continue };
        let Some(first) = lane.front() else { continue };
        let fits = call.is_empty() || bytes + first.body.len() <= MESSAGE_BYTES_MAX;
        if call.len() >= RECEIVE_MESSAGES_MAX as usize || !fits {
            break;
        }
        bytes += first.body.len();
        call.extend(lane.pop_front());
    }
    call
}

/// Keeps the messages that were not taken, and tells the failure of one; an answer for each message there must be.
fn left(call: &mut Vec<Outgoing>, outcomes: Vec<SendOutcome>) -> Result<Option<PortError>, HandlerError> {
    if outcomes.len() != call.len() {
        return Err(HandlerError::Inconsistent(
            "the queue answered for another number of messages".to_owned(),
        ));
    }
    let mut failure: Option<PortError> = None;
    let mut kept = Vec::new();
    for (message, outcome) in std::mem::take(call).into_iter().zip(outcomes) {
        if let SendOutcome::Failed(error) = outcome {
            kept.push(message);
            // The worse of several is told: what cannot pass by itself.
            if failure.as_ref().is_none_or(PortError::is_transient) {
                failure = Some(error);
            }
        }
    }
    *call = kept;
    Ok(failure)
}
