//! What precheck says of the probe's measurements, and what follows from them.

use std::time::Duration;

use memory::{Call, Fault};
use migration::capabilities::{Capabilities, LiteralValues, Measured};
use migration::finding::Level;
use migration::retry::Retry;
use migration::schema::{SourceType, TargetType};
use migration::statement_form::Escaping;
use precheck::codes::Code;
use serde_json::json;

use crate::shop::{column, orders, table};
use crate::world::World;

fn with(change: impl FnOnce(&mut Capabilities)) -> World {
    let world = World::new();
    world.source.add_table(orders());
    world.target.set_capabilities(change);
    world
}

/// The same with a target table that keeps its rows.
fn with_rows(change: impl FnOnce(&mut Capabilities)) -> World {
    let mut world = with(change);
    crate::remedies::fill_orders(&world);
    world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
    world
}

/// The codes of the findings that stop the run.
fn stopping(world: &World) -> Vec<String> {
    let wrong = world.findings().into_iter().filter(|finding| finding.level != Level::Pass);
    wrong.map(|finding| finding.code).collect()
}

fn evidence(world: &World, code: Code) -> String {
    let all = world.findings().into_iter().filter(|finding| finding.code == code.as_str());
    all.map(|finding| finding.evidence).collect::<Vec<_>>().join("\n")
}

#[test]
fn where_nothing_could_be_probed_two_alerts_say_so_and_everything_else_is_told_as_not_known() {
    let world = with(|_| {});
    world.platform.faults.at_call(Call::Probe, 1, Fault::Before(Retry::Operator));
    let (report, _) = world.report();
    let wrong: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Pass)
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(wrong, ["probe_clock", "probe_stamp"]);
    let unknown = report.findings.iter().filter(|finding| finding.evidence.starts_with("not known"));
    assert!(unknown.count() >= 8);
    assert!(!report.capabilities.stamped());
}

#[test]
fn one_form_that_works_is_enough_and_is_told() {
    let world = with(|found| found.stamp_hint = Measured::No);
    assert_eq!(stopping(&world), [""; 0]);
    assert!(evidence(&world, Code::ProbeStamp).contains("the column `_l_ts_`"));
    let world = with(|found| {
        found.prepared_hints = Measured::No;
        found.literal_values = LiteralValues::Shown { escaping: Escaping::BothDoubled };
    });
    assert_eq!(stopping(&world), [""; 0]);
    assert!(evidence(&world, Code::ProbeValues).contains("in the statement's text"));
}

#[test]
fn clocks_that_differ_by_the_margin_are_an_alert_with_the_margin_to_set() {
    let spread = |millis| with(|found| found.clock_spread = Some(Duration::from_millis(millis)));
    assert_eq!(stopping(&spread(249)), [""; 0]);
    assert!(!evidence(&spread(249), Code::ProbeClockSpread).contains("apart"));
    assert!(
        evidence(&spread(250), Code::ProbeClockSpread).contains("are written 250 ms apart where the log")
    );
    let mut world = spread(2_400);
    let alert = world.found(Code::ProbeClockSpread, Level::Alert).remove(0);
    assert_eq!(alert.statements, ["tuning: { stamp_margin: 6s }"]);
    world.set("tuning", json!({ "stamp_margin": "6s" }));
    assert_eq!(stopping(&world), [""; 0]);
}

#[test]
fn where_the_log_is_followed_clocks_that_differ_by_the_spacing_are_an_alert_with_the_spacing_to_set() {
    let mut world = with(|found| found.clock_spread = Some(Duration::from_millis(300)));
    world.set("migration", json!("incremental"));
    let alert = world.found(Code::ProbeClockSpread, Level::Alert).remove(0);
    assert_eq!(alert.statements, ["tuning: { write_spacing: 600ms }"]);
    world.set("tuning", json!({ "write_spacing": "600ms" }));
    assert_eq!(stopping(&world), [""; 0]);
}

#[test]
fn clocks_that_differ_do_not_matter_where_no_row_is_stamped() {
    let world = with(|found| {
        *found = found.clone().without_stamps("an index");
        found.clock_spread = Some(Duration::from_secs(60));
    });
    assert_eq!(stopping(&world), ["probe_stamp"]);
}

#[test]
fn a_null_that_hides_nothing_later_is_an_alert_only_where_something_can_arrive_later() {
    let world = with_rows(|found| found.null_hides_later_arrivals = Measured::No);
    assert_eq!(stopping(&world), ["probe_null_write"]);
    let world = with_rows(|found| {
        *found = found.clone().without_stamps("an index");
        found.null_hides_later_arrivals = Measured::No;
    });
    assert_eq!(stopping(&world), ["probe_stamp"]);
}

#[test]
fn old_values_matter_only_in_tables_that_keep_rows_and_columns_that_can_be_null() {
    let filled = |nullable: bool, change: fn(&mut Capabilities)| {
        let mut world = with(change);
        crate::remedies::fill_orders(&world);
        let mut source = orders();
        source.columns[1].nullable = nullable;
        world.source.add_table(source);
        world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
        world.found(Code::TargetOldValues, Level::Alert)
    };
    let found = filled(true, |found| found.null_removes = Measured::No);
    assert!(found[0].evidence.ends_with("would stay in note"), "{found:?}");
    assert!(filled(false, |found| found.null_removes = Measured::No).is_empty());
    assert!(filled(true, |found| found.null_hides_later_arrivals = Measured::No).is_empty());
}

#[test]
fn what_a_null_leaves_stops_nobody_whose_target_tables_are_empty() {
    let change = |found: &mut Capabilities| found.null_removes = Measured::No;
    assert!(stopping(&with_rows(change)).contains(&"probe_null_write".to_owned()));
    let world = with(change);
    assert_eq!(stopping(&world), [""; 0]);
    assert!(evidence(&world, Code::ProbeNullWrite).ends_with("nothing lies under a NULL"));
}

#[test]
fn an_empty_value_that_becomes_null_is_looked_for_and_is_no_fault_where_there_is_none() {
    let world = with(|found| (found.empty_text, found.empty_bytes) = (Measured::No, Measured::No));
    assert_eq!(stopping(&world), [""; 0]);
    assert!(evidence(&world, Code::ProbeEmptyValues).contains("becomes NULL"));
    assert!(evidence(&world, Code::NotScanned).contains("the one question"));
}

#[test]
fn a_key_by_which_no_row_is_deleted_stops_only_what_deletes() {
    let composite = || {
        let world = with(|found| {
            found.types_undeleted = vec![TargetType::Varbinary];
            found.composite_key_delete = Measured::No;
        });
        let mut source = table("t", vec![column("other", SourceType::Date, "date")]);
        source.columns[1].nullable = false;
        source.key.as_mut().unwrap().columns.push(source.columns[1].name.clone());
        world.source.add_table(source);
        world
    };
    let mut world = composite();
    world.set("migration", json!("full"));
    assert_eq!(stopping(&world), [""; 0]);
    let mut world = composite();
    world.set("migration", json!("full_and_incremental"));
    assert_eq!(stopping(&world), ["target_key_delete"]);
    assert!(evidence(&world, Code::TargetKeyDelete).ends_with("this one has 2"));
}

#[test]
fn a_date_is_carried_as_text_where_the_target_makes_no_date_and_that_is_told() {
    let world = with(|found| found.types_refused = vec![TargetType::Date]);
    world.source.add_table(table("t", vec![column("day", SourceType::Date, "date")]));
    assert_eq!(stopping(&world), [""; 0]);
    assert!(evidence(&world, Code::TargetTypeRefused).contains("VARCHAR: day"));
    let (report, _) = world.report();
    let mapping = report.tables.iter().find(|mapping| mapping.source.id.table.as_str() == "t").unwrap();
    assert_eq!(mapping.columns.last().unwrap().target_type, TargetType::Varchar { chars: None });
}
