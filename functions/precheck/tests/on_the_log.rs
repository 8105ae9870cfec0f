//! What only a run minds that follows the binary log.

use migration::finding::Level;
use precheck::codes::Code;
use serde_json::json;

use crate::every_code::{ALERT, FAIL, Scenario, grants, variable};
use crate::shop::orders;
use crate::world::World;

fn follow(world: &mut World) {
    world.set("migration", json!("full_and_incremental"));
}

fn follow_with(world: &mut World, name: &str, value: &str) {
    follow(world);
    variable(world, name, value);
}

fn cascading(world: &mut World) {
    follow(world);
    let mut source = orders();
    source.cascading_foreign_keys = vec!["fk".to_owned()];
    world.source.add_table(source);
    world.source.set_facts(|facts| drop(facts.variables.remove("innodb_native_foreign_keys")));
}

const READS: &str = "GRANT SELECT ON *.* TO `ferry`@`%`";
const ROLE: &str = "GRANT `replica`@`%` TO `ferry`@`%`";

pub(crate) const ON_THE_LOG: &[Scenario] = &[
    (Code::ReplicationGrants, FAIL, |world| {
        follow(world);
        grants(world, &[READS]);
    }),
    (Code::ReplicationGrants, ALERT, |world| {
        follow(world);
        grants(world, &[READS, ROLE]);
    }),
    (Code::StartPosition, FAIL, |world| {
        follow_with(world, "gtid_mode", "OFF");
        grants(world, &[READS]);
    }),
    (Code::StartPosition, ALERT, |world| {
        follow_with(world, "gtid_mode", "OFF");
        grants(world, &[READS, ROLE]);
    }),
    (Code::ForeignKeys, ALERT, cascading),
    (Code::BinlogEnabled, FAIL, |world| follow_with(world, "log_bin", "OFF")),
    (Code::BinlogFormat, FAIL, |world| follow_with(world, "binlog_format", "MIXED")),
    (Code::BinlogRowImage, FAIL, |world| follow_with(world, "binlog_row_image", "NOBLOB")),
    (Code::BinlogRowValueOptions, FAIL, |world| {
        follow_with(world, "binlog_row_value_options", "PARTIAL_JSON");
    }),
    (Code::BinlogRetention, ALERT, |world| follow_with(world, "binlog_expire_logs_seconds", "259199")),
    (Code::SyncBinlog, ALERT, |world| follow_with(world, "sync_binlog", "0")),
    (Code::ServerId, FAIL, |world| follow_with(world, "server_id", "0")),
    (Code::LogReplicaUpdates, FAIL, |world| {
        follow_with(world, "log_replica_updates", "OFF");
        world.source.set_facts(|facts| facts.is_replica = Some(true));
    }),
    (Code::LogReplicaUpdates, ALERT, |world| {
        follow_with(world, "log_replica_updates", "OFF");
        world.source.set_facts(|facts| facts.is_replica = None);
    }),
    (Code::GtidMode, ALERT, |world| follow_with(world, "gtid_mode", "OFF_PERMISSIVE")),
    (Code::XaTransactions, ALERT, |world| {
        follow(world);
        world.source.set_facts(|facts| facts.prepared_transactions = Some(2));
    }),
];

#[test]
fn a_full_migration_does_not_mind_what_only_the_log_needs() {
    for (code, _, arrange) in ON_THE_LOG {
        let mut world = World::new();
        world.source.add_table(orders());
        arrange(&mut world);
        world.set("migration", json!("full"));
        let wrong = world.findings().into_iter().find(|finding| finding.level != Level::Pass);
        assert_eq!(wrong, None, "for {code}");
    }
}

/// What is said at the passing level, of a run that follows the log.
fn passes(code: Code, arrange: impl FnOnce(&mut World)) -> String {
    let mut world = World::new();
    world.source.add_table(orders());
    follow(&mut world);
    arrange(&mut world);
    world.found(code, Level::Pass).remove(0).evidence
}

#[test]
fn rows_changed_by_foreign_keys_are_in_the_log_of_a_server_that_says_so() {
    let evidence = passes(Code::ForeignKeys, |world| {
        cascading(world);
        variable(world, "innodb_native_foreign_keys", "OFF");
    });
    assert!(evidence.contains("the rows they cascade to are in the log"), "{evidence}");
    let mut world = World::new();
    cascading(&mut world);
    variable(&world, "innodb_native_foreign_keys", "ON");
    assert_eq!(world.found(Code::ForeignKeys, ALERT)[0].subject, "shop.orders");
}

#[test]
fn a_source_that_is_no_replica_need_not_log_what_it_replicates() {
    let evidence = passes(Code::LogReplicaUpdates, |world| variable(world, "log_replica_updates", "OFF"));
    assert_eq!(evidence, "log_replica_updates = OFF; the source is no replica");
}

#[test]
fn how_the_start_is_found_is_told_by_what_the_source_and_the_account_allow() {
    let told = |gtid_mode: &str, rights: &str| {
        passes(Code::StartPosition, |world| {
            variable(world, "gtid_mode", gtid_mode);
            grants(world, &[&format!("GRANT SELECT, {rights} ON *.* TO `ferry`@`%`")]);
        })
    };
    assert!(told("ON", "USAGE").contains("the set of executed transactions"));
    assert!(told("OFF", "RELOAD").contains("under a global read lock"));
    assert!(told("OFF", "PROCESS").contains("by waiting until"));
}

#[test]
fn without_a_copy_rows_on_either_side_do_not_matter() {
    let mut world = World::new();
    world.source.add_table(orders());
    crate::remedies::fill_orders(&world);
    world.set("migration", json!("incremental"));
    let wrong = world.findings().into_iter().find(|finding| finding.level != Level::Pass);
    assert_eq!(wrong, None);
    assert_eq!(world.platform.faults.count(memory::Call::Count), 0);
    let told = world.found(Code::TargetNotEmpty, Level::Pass).remove(0).evidence;
    assert_eq!(told, "the table holds rows, to which the changes of the log are applied");
}
