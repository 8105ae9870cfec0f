//! One run by a seed in an environment, with every rule or without some.

use std::time::Duration;

use memory::{Nature, Platform, Random, TARGET, World, finish};
use migration::capabilities::{Capabilities, Measured};
use migration::ident::TableId;
use migration::mutation::{self, Rule};
use migration::owner::Owner;
use migration::port::{QueueName, Sink, WriteBatch};
use migration::record;
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::TargetValue;
use serde_json::json;

use crate::check::{Trouble, judge};
use crate::environment::Environment;
use crate::handlers::{Handlers, pace};
use crate::runner::{Figures, Runner};
use crate::writer::{BAD_VALUE, Writer};

/// Names of the tables.
const NAMES: [&str; 3] = ["orders", "notes", "items"];

/// What the probe measures of such a target.
fn capabilities(environment: &Environment) -> Capabilities {
    let yes_if = |shown: bool| if shown { Measured::Yes } else { Measured::No };
    let hides = environment.nulls == memory::Nulls::Hides;
    let measured = Capabilities {
        null_removes: yes_if(environment.nulls != memory::Nulls::Ignored),
        null_hides_later_arrivals: yes_if(hides),
        null_rows: yes_if(environment.null_rows),
        ..Capabilities::all_shown()
    };
    if environment.stamped { measured } else { measured.without_stamps("the environment says so") }
}

/// A world in this environment: its tables filled, its run started.
#[must_use]
fn world(environment: &Environment, seed: u64) -> (World, Writer, Vec<TableId>) {
    let mut world = World::on(Platform::stepped());
    let (source, target) = (world.source.clone(), world.target.clone());
    let kind = if environment.copies { "full_and_incremental" } else { "incremental" };
    world.set("migration", json!(kind));
    world.set(
        "tuning",
        json!({
            "lanes": environment.lanes,
            "chunk_bytes": "4 KiB",
            "copiers": 2,
            "appliers": 3,
            "stamp_margin": format!("{} ms", environment.margin),
            "write_spacing": format!("{} ms", environment.spacing),
        }),
    );
    if !environment.copies {
        world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
    }
    if environment.bad_values > 0 {
        world.set("on_bad_row", json!("reject"));
        target.refuse_rows(|_, row| {
            let is_bad =
                |value: &TargetValue| matches!(value, TargetValue::Text(text) if text.starts_with(BAD_VALUE));
            row.iter().any(is_bad).then_some(migration::value::Refusal::Target { code: 1_105 })
        });
    }
    world.set_capabilities(capabilities(environment));
    // As deployed: a message bounces often where a lane is held for long, and only what nobody can read is given up.
    world.platform.queue.set_receives_max(QueueName::Changes, 100);
    world.platform.queue.lose(environment.losses, seed);
    target.tell(traces());
    source.set_gtids(environment.gtids);
    let skew = i64::try_from(environment.skew / 2).unwrap_or(0);
    let nodes = if skew > 0 { vec![-skew, 0, skew] } else { vec![0] };
    target.set_nature(Nature { nulls: environment.nulls, ties: environment.ties, nodes }, seed);
    let names = NAMES.iter().take(environment.tables as usize);
    let count = i64::try_from(environment.keys * 2 / 3).unwrap_or(0);
    for name in names {
        world.add_table(name, (0..count).map(memory::row));
    }
    let tables: Vec<TableId> =
        (0..environment.tables as usize).map(|at| world.mapping(at).source.id.clone()).collect();
    world.start();
    if !environment.copies {
        fill(&world, &tables);
    }
    for at in 0..tables.len() {
        own(&world, at, environment, seed);
    }
    let writer = Writer::new(source, environment.clone(), tables.clone(), seed);
    (world, writer, tables)
}

/// Whether a run tells what happens in it: `SIMULATION_TRACE=1`.
pub(crate) fn traces() -> bool {
    std::env::var_os("SIMULATION_TRACE").is_some()
}

/// Gives the run a table that it has taken already, as from a former run that ended just now. What that one wrote may
/// have been deleted since, and is hidden by marks that any node has stamped.
fn own(world: &World, at: usize, environment: &Environment, seed: u64) {
    let mapping = world.mapping(at);
    let task = world.stored_run().task;
    let owner = Owner { run: world.run, task, highest_stamp: UnixMs(1), former: None, settled: true };
    world.store(record::owner(TARGET, &mapping.target.id), &owner);
    let mut random = Random::seeded(seed ^ 0x6c65_6674);
    if environment.leftovers == 0 || !environment.copies {
        return;
    }
    world.target.add_table(mapping.target.clone());
    for id in 0..i64::try_from(environment.keys).unwrap_or(0) {
        if random.below(1_000) < environment.leftovers {
            world.target.delete_row(&mapping.target.id, &[TargetValue::Int(id)]);
        }
    }
}

/// Lets the target hold already what the source does, for a run that copies nothing.
fn fill(world: &World, tables: &[TableId]) {
    for at in 0..tables.len() {
        let mapping = world.mapping(at);
        world.target.add_table(mapping.target.clone());
        let rows = world.source.rows(&mapping.source.id).into_iter();
        let rows =
            rows.map(|row| mapping.convert_row(row, &mut 0).expect("invariant: these rows can be carried"));
        let (stamp, form) = (Some(UnixMs(1)), StatementForm::documented());
        let batch = WriteBatch { table: mapping, stamp, form, rows: rows.collect() };
        finish(world.target.write(batch, UnixMs(u64::MAX))).expect("invariant: no fault is set");
    }
}

/// Plays a run to its end and judges it.
///
/// # Errors
/// What is wrong with it.
pub fn play(environment: &Environment, seed: u64, without: &[Rule]) -> Result<Figures, Trouble> {
    mutation::leave_out(without.iter().copied());
    let (world, writer, tables) = world(environment, seed);
    let handlers = Handlers::of(&world, 2, pace());
    let played = Runner::new(&world, &handlers, environment.clone(), writer, seed).run();
    mutation::leave_out([]);
    if traces() {
        for record in world.platform.table.dump() {
            println!("{}: {}", record.key, record.body);
        }
    }
    let figures = played?;
    world.platform.clock.advance(Duration::from_secs(1));
    judge(&world, &tables)?;
    Ok(figures)
}
