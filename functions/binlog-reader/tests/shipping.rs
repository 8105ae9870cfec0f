//! What is shipped, where it is cut, and what is stored when.

use std::time::Duration;

use memory::{Call, Fault, RowChange, row};
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::port::QueueName;
use migration::position::Position;
use migration::retry::Retry;
use migration::run::Event;
use migration::value::SourceValue;

use crate::stand::{SHORT, Stand};

#[test]
fn changes_reach_their_lanes_in_order_and_the_position_follows() {
    let stand = Stand::new();
    stand.insert(20..40);
    stand.update(3, 3);
    stand.update(4, 50);
    stand.delete(5);
    stand.read();
    let wanted: Vec<String> = (20..40).map(|key| format!("+{key}")).collect();
    let wanted = [wanted, ["=3", "-4", "+50", "-5"].map(str::to_owned).to_vec()].concat();
    assert_eq!(stand.operations(1), wanted);
    let state = stand.state();
    let batches = stand.batches();
    assert!(batches.iter().all(|batch| batch.head.last < state.position));
    for (lane, shipping) in (0u16..).zip(&state.lanes) {
        let seqs: Vec<u64> =
            batches.iter().filter(|batch| batch.head.lane.0 == lane).map(|batch| batch.head.seq).collect();
        assert_eq!(seqs, (1..=shipping.seq).collect::<Vec<_>>());
    }
    assert_eq!((stand.lease().until.0, stand.wakes()), (0, 1));
    assert_eq!(state.idle_at.map(|at| at <= state.stored_at), Some(true));
    stand.read();
    assert_eq!(stand.batches(), batches);
    assert_eq!(stand.state().epoch.0, 1);
}

#[test]
fn a_reader_that_does_not_renew_itself_ends_with_the_log_and_sends_itself_nothing() {
    let mut stand = Stand::new();
    stand.pace.renews = false;
    stand.insert(20..40);
    let before = stand.world.platform.clock.now();
    assert_eq!(stand.read_for(Duration::from_mins(10)).unwrap(), Outcome::Done);
    assert!(before.until(stand.world.platform.clock.now()) < Duration::from_secs(5));
    assert_eq!(stand.operations(1).len(), 20);
    assert_eq!((stand.lease().until.0, stand.wakes()), (0, 0));
    assert!(stand.state().idle_at.is_some());
}

#[test]
fn a_transaction_before_the_start_is_passed_over_by_its_gtid() {
    let stand = Stand::new();
    stand.insert([30]);
    stand.change_state(|state| {
        let mut executed = state.resume.executed.clone().unwrap();
        executed.add_all(&"3e11fa47-71ca-11e1-9e33-c80aa9429562:1".parse().unwrap());
        state.gtid.as_mut().unwrap().skip = executed;
    });
    stand.insert([31]);
    stand.read();
    assert_eq!(stand.operations(1), ["+31"]);
}

#[test]
fn a_large_transaction_is_shipped_in_parts_and_gone_on_with_inside() {
    for gtids in [true, false] {
        let mut stand = Stand::with(gtids);
        stand.pace.batch_bytes = 100;
        stand.pace.batches_outstanding_max = 1_000;
        stand.insert(100..200);
        // Reading takes so long that an invocation ends inside the transaction.
        for call in 1..200 {
            stand.world.platform.faults.at_call(Call::LogNext, call, Fault::Pass(Duration::from_millis(150)));
        }
        stand.read();
        let state = stand.state();
        assert!(state.position.ordinal > 0, "{}", state.position);
        let inside = state.resume.inside.clone().expect("the statement's table map");
        assert_eq!((inside.rows_before, inside.gtid.is_some()), (0, gtids));
        let first = stand.operations(1).len();
        assert!((1..100).contains(&first), "{first}");
        for _ in 0..20 {
            stand.read();
        }
        let wanted: Vec<String> = (100..200).map(|key| format!("+{key}")).collect();
        assert_eq!(stand.operations(1), wanted);
        assert_eq!(stand.state().epoch.0, 1);
        assert_eq!(stand.state().resume.inside, None);
    }
}

#[test]
fn the_halves_of_a_key_change_may_be_in_two_batches_and_neither_is_lost() {
    let mut stand = Stand::new();
    stand.pace.batch_operations = 1;
    let to = (50..).find(|to| stand.is_one_lane(4, *to)).unwrap();
    stand.update(4, to);
    stand.read();
    let batches = stand.batches();
    let shown: Vec<_> =
        batches.iter().map(|batch| (batch.head.lane, batch.head.seq, batch.head.last.part)).collect();
    let lane = batches[0].head.lane;
    assert_eq!(shown, [(lane, 1, 0), (lane, 2, 1)]);
    // Only the first half was applied when the reader is found dead.
    stand.apply(1);
    stand.die();
    stand.read();
    assert_eq!(stand.state().epoch.0, 2);
    assert_eq!(stand.operations(2), [format!("+{to}")]);
}

#[test]
fn nothing_is_stored_of_what_the_queue_did_not_take() {
    let stand = Stand::new();
    stand.read();
    let before = stand.state();
    stand.insert(20..25);
    let sends = stand.world.platform.faults.count(Call::Send);
    for call in 1..=20 {
        stand.world.platform.faults.at_call(Call::Send, sends + call, Fault::Before(Retry::Now));
    }
    stand.read_for(SHORT).unwrap_err();
    let after = stand.state();
    assert_eq!((after.position, after.epoch), (before.position, before.epoch));
    // What may have been sent is not stored: the lease is left to run out.
    assert!(stand.lease().until.0 > 0);
}

#[test]
fn a_lost_answer_of_the_queue_sends_the_same_batches_again() {
    for fault in [Fault::After(Retry::Now), Fault::Half, Fault::Before(Retry::Now)] {
        let stand = Stand::new();
        stand.insert(20..60);
        stand.world.platform.faults.next(Call::Send, fault);
        stand.read();
        let wanted: Vec<String> = (20..60).map(|key| format!("+{key}")).collect();
        assert_eq!(stand.operations(1), wanted, "{fault:?}");
        stand.apply(usize::MAX);
        assert!(!stand.state().any_outstanding(&[0, 1, 2, 3].map(|lane| stand.lane(lane))));
    }
}

#[test]
fn a_lost_answer_of_the_checkpoint_table_changes_nothing() {
    let calls = {
        let stand = Stand::new();
        stand.insert(20..30);
        stand.read();
        stand.world.platform.faults.count(Call::Commit)
    };
    let first = {
        let stand = Stand::new();
        stand.world.platform.faults.count(Call::Commit)
    };
    for call in first + 2..=calls {
        let stand = Stand::new();
        stand.insert(20..30);
        stand.world.platform.faults.at_call(Call::Commit, call, Fault::After(Retry::Now));
        stand.read();
        assert_eq!(stand.operations(1).len(), 10, "call {call}");
        assert_eq!(stand.state().epoch.0, 1);
        stand.read();
        assert!(stand.state().epoch.0 <= 2);
    }
}

#[test]
fn a_large_row_travels_through_the_object_store() {
    let stand = Stand::new();
    // Noise, which no compression makes small.
    let mut random = memory::Random::seeded(7);
    let note: String =
        (0..1_000_000).map(|_| char::from(b'!' + u8::try_from(random.below(90)).unwrap())).collect();
    let mut large = row(77);
    large[1] = SourceValue::Text(note);
    let changes = vec![RowChange::Insert { table: stand.table(0), row: large }];
    stand.world.source.commit(changes);
    stand.insert([78]);
    stand.read();
    assert_eq!(stand.operations(1), ["+77", "+78"]);
    let names = stand.objects.names();
    assert_eq!(names.len(), 1);
    let bodies = stand.world.platform.queue.bodies(QueueName::Changes);
    assert!(bodies.iter().any(|body| body.contains(&names[0]) && body.len() < 1_000));
}

#[test]
fn back_pressure_stops_the_reader_until_lanes_have_applied() {
    let mut stand = Stand::new();
    stand.pace.batches_outstanding_max = 3;
    stand.pace.batch_operations = 1;
    stand.pace.batch_bytes = 1;
    stand.insert(20..60);
    stand.read();
    let shipped = stand.operations(1).len();
    // One interval is shipped past the bound at most.
    assert!((4..12).contains(&shipped), "{shipped}");
    stand.read();
    assert_eq!(stand.operations(1).len(), shipped);
    for _ in 0..40 {
        stand.apply(usize::MAX);
        stand.read();
    }
    assert_eq!(stand.operations(1).len(), 40);
    assert_eq!(stand.state().epoch.0, 1);
}

#[test]
fn rows_of_tables_that_are_not_followed_are_passed_over() {
    let stand = Stand::new();
    stand.insert([20]);
    let key = migration::record::table(stand.world.run, migration::record::TableNumber(1));
    let stored: migration::record::Stored<migration::table_plan::TableRecord> =
        stand.world.find(&key).unwrap();
    let mut other = stored.value;
    other.mapping.source.id = migration::ident::TableId {
        database: migration::ident::DatabaseName::new("elsewhere").unwrap(),
        ..other.mapping.source.id
    };
    stand.world.store(key, &other);
    let items = stand.table(1);
    stand.world.source.commit(vec![RowChange::Insert { table: items, row: row(70) }]);
    stand.read();
    // `items` is selected and nobody knows it: nothing is skipped silently.
    assert!(stand.failure().contains("shop.items"), "{}", stand.failure());
}

#[test]
fn a_paused_run_is_left_alone() {
    let stand = Stand::new();
    stand.insert([20]);
    stand.step(Event::PausedByHand);
    let before = stand.world.platform.table.dump();
    assert_eq!(stand.read_for(SHORT).unwrap(), Outcome::Done);
    assert!(stand.world.platform.table.dump() == before);
    assert_eq!((stand.wakes(), stand.batches().len()), (0, 0));
}

#[test]
fn nothing_is_shipped_before_the_gate() {
    let stand = Stand::new();
    stand.insert([20]);
    let world = &stand.world;
    let gate = migration::record::gate(world.run);
    let stored: migration::record::Stored<migration::time::UnixMs> = world.find(&gate).unwrap();
    let delete = migration::port::Write::Delete { key: gate, expect: stored.version };
    memory::finish(migration::port::CheckpointTable::commit(&world.platform.table, vec![delete])).unwrap();
    stand.read();
    assert!(stand.batches().is_empty());
    assert_eq!(stand.lease().token.0, 0);
}

#[test]
fn positions_never_fall_within_an_epoch() {
    let mut stand = Stand::new();
    stand.pace.batch_bytes = 100;
    let mut last = Position::default();
    for round in 0..20 {
        stand.insert(100 + round * 10..100 + round * 10 + 7);
        stand.read_for(Duration::from_millis(300)).unwrap();
        let position = stand.state().position;
        assert!(position >= last);
        last = position;
    }
}
