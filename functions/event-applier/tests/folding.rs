//! Random histories, cut into batches and calls at random, beside a copy that reads and writes at random moments: the
//! target ends as the source, whatever NULL does there and whichever node stamps.

use std::time::Duration;

use memory::{Nature, Nulls, finish};
use migration::capabilities::Measured;
use migration::port::{Clock, Sink, WriteBatch};
use migration::schema::{MARKER_COLUMN, TargetColumn, TargetType};
use migration::stamp::RunStamp;
use migration::value::{SourceRow, SourceValue};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::Config;

use super::lane::{Follow, Op, noted};

#[derive(Debug, Clone)]
enum Step {
    Row { id: i64, note: Option<u8>, day: bool },
    Remove(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let row =
        (0i64..4, any::<Option<u8>>(), any::<bool>()).prop_map(|(id, note, day)| Step::Row { id, note, day });
    let remove = (0i64..4).prop_map(Step::Remove);
    proptest::collection::vec(prop_oneof![4 => row, 1 => remove], 1..24)
}

fn source_row(id: i64, note: Option<u8>, day: bool) -> SourceRow {
    let mut row = noted(id, None);
    row[1] = note.map_or(SourceValue::Null, |note| SourceValue::Text(format!("note {note}")));
    if !day {
        row[2] = SourceValue::Null;
    }
    row
}

/// A lane of a table with a marker, on a target of this nature.
fn follow(nulls: Nulls, seed: u64) -> Follow {
    let follow = Follow::with(|world| {
        world.change_mapping(0, |mapping| {
            mapping.marker = true;
            let name = migration::ident::ColumnName::new(MARKER_COLUMN).expect("a name");
            mapping.target.columns.push(TargetColumn {
                name,
                column_type: TargetType::TinyInt,
                key_position: None,
            });
        });
    });
    let mut run = follow.world.stored_run();
    let measured = run.capabilities.as_mut().expect("a probed run");
    let answer = |shown| if shown { Measured::Yes } else { Measured::No };
    measured.null_removes = answer(nulls != Nulls::Ignored);
    measured.null_hides_later_arrivals = answer(nulls == Nulls::Hides);
    follow.world.store(migration::record::run(follow.world.run), &run);
    follow.world.target.set_nature(Nature { nulls, nodes: vec![0, 110, -120], ..Nature::default() }, seed);
    follow
}

fn copy(follow: &Follow, rows: &[SourceRow]) {
    let stamp: RunStamp = follow.world.load(&migration::record::stamp(follow.world.run));
    let mapping = follow.world.mapping(0);
    let rows =
        rows.iter().map(|row| mapping.convert_row(row.clone(), &mut 0).expect("it can be carried")).collect();
    let form = follow.world.stored_run().statement_form();
    let batch = WriteBatch { table: mapping, stamp: stamp.stamp(), form, rows };
    let until = follow.world.platform.clock.now().plus(Duration::from_secs(60));
    finish(follow.world.target.write(batch, until)).expect("the copy is written");
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_target_ends_as_the_source(
        nulls in prop_oneof![Just(Nulls::Ignored), Just(Nulls::Removes), Just(Nulls::Hides)],
        first in steps(),
        steps in steps(),
        cuts in proptest::collection::vec(1usize..6, 24),
        calls in proptest::collection::vec(1usize..4, 24),
        (read_at, written_at, seed) in (0usize..24, 0usize..12, any::<u64>()),
    ) {
        let mut follow = follow(nulls, seed);
        for step in first {
            match step {
                Step::Row { id, note, day } => drop(follow.rows.insert(id, source_row(id, note, day))),
                Step::Remove(id) => drop(follow.rows.remove(&id)),
            }
        }
        let mut copied: Vec<SourceRow> = follow.rows.values().cloned().collect();
        let (mut bodies, mut rest, mut cuts) = (Vec::new(), &steps[..], cuts.into_iter());
        while !rest.is_empty() {
            let (batch, more) = rest.split_at(cuts.next().unwrap_or(1).min(rest.len()));
            let ops: Vec<Op> = batch
                .iter()
                .filter_map(|step| match step {
                    Step::Row { id, note, day } => Some(Op::Row(source_row(*id, *note, *day))),
                    // Nobody deletes what is not there.
                    Step::Remove(id) => follow.rows.contains_key(id).then_some(Op::Remove(*id)),
                })
                .collect();
            let mut seen = std::collections::BTreeSet::new();
            // One removal of a key a batch, because what is there was asked before the batch.
            let ops: Vec<Op> = ops.into_iter().filter(|op| !matches!(op, Op::Remove(id) if !seen.insert(*id))).collect();
            if !ops.is_empty() {
                bodies.push(follow.batch(&ops));
            }
            rest = more;
            if bodies.len() == read_at {
                copied = follow.rows.values().cloned().collect();
            }
        }
        let (mut open, mut calls, mut made) = (&bodies[..], calls.into_iter(), 0);
        while !open.is_empty() {
            if made == written_at {
                copy(&follow, &copied);
            }
            let (call, more) = open.split_at(calls.next().unwrap_or(1).min(open.len()));
            follow.apply(call);
            (open, made) = (more, made + 1);
        }
        copy(&follow, &copied);
        follow.assert_equal();
    }
}
