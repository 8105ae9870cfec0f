//! One message at a time: what the run, its records and the planner's queue look like afterwards.

use std::time::Duration;

use migration::finding::Finding;
use migration::message::Message;
use migration::outcome::Outcome;
use migration::port::QueueName;
use migration::record::{self, Stored};
use migration::retry_budget::Troubles;
use migration::run::{Event, State};
use migration::run_store::{self, Step};
use migration::table_plan::{TablePlan, TableRecord};
use migration::time::UnixMs;
use migration::wake;
use precheck::codes::Code;
use serde_json::json;

use crate::shop::{orders, table};
use crate::world::{RUN, World, finish};

fn all<T: serde::de::DeserializeOwned>(world: &World, prefix: &str) -> Vec<T> {
    let loaded = finish(record::load_all::<T>(&world.platform.table, &record::run_partition(RUN), prefix));
    loaded.expect("the records are readable").into_iter().map(|(_, Stored { value, .. })| value).collect()
}

fn submitted() -> World {
    let world = World::new();
    world.source.add_table(orders());
    let mut large = table("large", Vec::new());
    large.data_bytes = 1 << 30;
    world.source.add_table(large);
    world.submit();
    world
}

#[test]
fn a_passing_precheck_stores_tables_by_size_and_wakes_the_planner() {
    let world = submitted();
    assert_eq!(world.handle().expect("handled"), Outcome::Done);
    let run = world.run();
    assert_eq!((run.state, run.tables), (State::Planning, 2));
    assert!(run.capabilities.expect("measured").stamped());
    assert_eq!(run.probe_database.expect("probed").as_str(), "shop");
    let tables: Vec<TableRecord> = all(&world, record::TABLES);
    let names: Vec<String> = tables.iter().map(|table| table.mapping.source.id.to_string()).collect();
    assert_eq!(names, ["shop.large", "shop.orders"]);
    assert_eq!(all::<TablePlan>(&world, record::PLANS), [TablePlan::default(), TablePlan::default()]);
    assert!(!all::<Finding>(&world, record::FINDINGS).is_empty());
    let bodies = world.platform.queue.bodies(QueueName::Plan);
    let messages: Vec<Message> = bodies.iter().map(|body| Message::parse(body).expect("a message")).collect();
    assert_eq!(messages, [Message::Plan { run: RUN }]);
    assert_eq!(world.target.probes().len(), 1);
}

#[test]
fn a_failing_precheck_stops_the_run_and_leaves_no_table_and_no_probe() {
    let mut world = World::new();
    let mut source = orders();
    source.engine = "MyISAM".to_owned();
    world.source.add_table(source);
    world.set_objects(json!([{ "database": "shop" }]));
    world.submit();
    assert_eq!(world.handle().expect("handled"), Outcome::Done);
    assert_eq!(world.run().state, State::PrecheckFailed);
    assert!(all::<TableRecord>(&world, record::TABLES).is_empty());
    assert!(world.target.probes().is_empty());
    assert!(world.platform.queue.bodies(QueueName::Plan).is_empty());
}

#[test]
fn an_accepted_alert_lets_the_run_go_on_and_is_recorded() {
    let mut world = World::new();
    let mut source = orders();
    source.engine = "MyISAM".to_owned();
    world.source.add_table(source);
    world.set("ignore", json!(["table_engine"]));
    world.submit();
    world.handle().expect("handled");
    assert_eq!(world.run().state, State::Planning);
    let accepted: Vec<Finding> =
        all::<Finding>(&world, record::FINDINGS).into_iter().filter(|finding| finding.accepted).collect();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].code, Code::TableEngine.as_str());
}

#[test]
fn a_precheck_started_again_by_hand_replaces_the_findings_of_the_first() {
    let world = World::new();
    for number in 0..40 {
        let mut source = table(&format!("t{number}"), Vec::new());
        source.key = None;
        world.source.add_table(source);
    }
    world.submit();
    world.handle().expect("handled");
    let before = all::<Finding>(&world, record::FINDINGS).len();
    for number in 0..40 {
        world.source.drop_table(&crate::shop::id("shop", &format!("t{number}")));
    }
    world.source.add_table(orders());
    let step =
        Step { from: State::PrecheckFailed, event: Event::ResumedByHand, cause: "test", now: UnixMs(1) };
    finish(run_store::move_run(&world.platform.table, RUN, step, |_| {}, &[])).expect("moved");
    world.handle().expect("handled");
    assert_eq!(world.run().state, State::Planning);
    let after = all::<Finding>(&world, record::FINDINGS);
    assert!(after.len() < before, "{before} findings before, {} after", after.len());
    assert!(after.iter().all(|finding| finding.code != "table_key" || finding.subject == "1 table"));
}

#[test]
fn a_message_that_comes_late_changes_nothing_and_only_wakes_the_planner() {
    let world = submitted();
    world.handle().expect("handled");
    let before = world.platform.table.dump();
    assert_eq!(world.handle().expect("handled"), Outcome::Done);
    assert_eq!(world.platform.table.dump(), before);
    assert_eq!(world.platform.queue.bodies(QueueName::Plan).len(), 2);
}

#[test]
fn a_message_of_an_unknown_run_is_done_with() {
    let world = World::new();
    assert_eq!(world.handle().expect("handled"), Outcome::Done);
    assert!(world.platform.table.dump().is_empty());
}

#[test]
fn a_server_that_does_not_answer_is_a_finding_after_a_few_tries() {
    let world = submitted();
    for number in 1..=3 {
        let busy = memory::Fault::Before(migration::retry::Retry::After(Duration::from_secs(1)));
        world.platform.faults.at_call(memory::Call::SourceFacts, number, busy);
    }
    world.handle().expect("handled");
    assert_eq!(world.run().state, State::PrecheckFailed);
    assert_eq!(world.platform.faults.count(memory::Call::SourceFacts), 3);
}

#[test]
fn a_thousand_tables_are_stored_in_transactions_the_table_takes() {
    let world = World::new();
    for number in 0..1_000 {
        world.source.add_table(table(&format!("t{number:04}"), Vec::new()));
    }
    world.submit();
    world.handle().expect("handled");
    assert_eq!(world.run().tables, 1_000);
    assert_eq!(all::<TableRecord>(&world, record::TABLES).len(), 1_000);
}

#[test]
fn a_first_message_that_was_lost_is_sent_by_a_tick_once_the_submitters_own_should_have_come() {
    let world = submitted();
    let sent_after = |seconds| {
        let run = world.run();
        let now = run.created_at.plus(Duration::from_secs(seconds));
        let troubles = Troubles::default();
        let owed = wake::owed_blindly(&world.platform.table, &run, false, &troubles, now);
        finish(owed).expect("the records are readable")
    };
    assert_eq!(sent_after(20), []);
    assert_eq!(sent_after(40), [Message::Precheck { run: RUN }]);
    world.handle().expect("handled");
    assert_eq!(sent_after(40), [Message::Plan { run: RUN }]);
}
