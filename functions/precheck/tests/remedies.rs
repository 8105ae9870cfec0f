//! What a finding tells its reader to do: statements and document lines that can be used as they stand.

use migration::capabilities::Measured;
use migration::finding::Level;
use migration::port::{Clock, Sink, WriteBatch};
use migration::schema::{SourceType, TargetIndex};
use migration::statement_form::StatementForm;
use migration::task::Task;
use migration::value::TargetValue;
use precheck::codes::Code;
use serde_json::json;

use crate::shop::{VARCHAR, column, made, mapping, name, orders, table};
use crate::world::{World, finish};

/// Makes the target's `orders` with one row.
pub(crate) fn fill_orders(world: &World) {
    world.target.add_table(made("orders", &[("note", VARCHAR)]));
    let table = mapping(&orders());
    let rows = vec![vec![TargetValue::Int(1), TargetValue::Text("x".to_owned())]];
    let until = world.platform.clock.now().plus(std::time::Duration::from_secs(60));
    finish(
        world
            .target
            .write(WriteBatch { table: &table, stamp: None, form: StatementForm::documented(), rows }, until),
    )
    .expect("the row is taken");
}

/// The statements of the one finding of this code and level.
fn statements(world: &World, code: Code, level: Level) -> Vec<String> {
    let mut found = world.found(code, level);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0).statements
}

#[test]
fn a_missing_right_is_printed_as_the_exact_grant() {
    let world = World::new();
    let mut source = orders();
    source.id.database = migration::ident::DatabaseName::new("my_shop%").expect("a name");
    world.source.add_table(source);
    let mut world = world;
    world.set_objects(json!([{ "database": "my_shop%", "target": "shop" }]));
    world.source.set_facts(|facts| {
        facts.grants = vec!["GRANT SELECT (`id`) ON `my_shop%`.`orders` TO `o'neil`@`10.%`".to_owned()];
        facts.account = "o'neil@10.%".to_owned();
    });
    assert_eq!(
        statements(&world, Code::SourceGrants, Level::Fail),
        [r"GRANT SELECT ON `my\_shop\%`.* TO 'o''neil'@'10.%';"]
    );
    assert_eq!(
        statements(&world, Code::ReplicationGrants, Level::Pass),
        ["GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'o''neil'@'10.%';"]
    );
}

#[test]
fn rights_by_pattern_on_the_table_or_globally_are_enough() {
    for line in [
        "GRANT ALL PRIVILEGES ON *.* TO `ferry`@`%`",
        "GRANT SELECT ON `sh%`.* TO `ferry`@`%`",
        r"GRANT INSERT, SELECT ON `_hop`.* TO `ferry`@`%`",
        "GRANT SELECT, UPDATE (`note`) ON `shop`.`orders` TO `ferry`@`%`",
    ] {
        let world = World::new();
        world.source.add_table(orders());
        world.source.set_facts(|facts| facts.grants = vec![line.to_owned()]);
        assert!(world.found(Code::SourceGrants, Level::Fail).is_empty(), "{line}");
    }
}

#[test]
fn rights_that_only_look_alike_are_not_enough() {
    for lines in [
        vec![r"GRANT SELECT ON `sho\_`.* TO `ferry`@`%`"],
        vec!["GRANT SELECT ON `Shop`.* TO `ferry`@`%`"],
        vec!["GRANT INSERT, SHOW VIEW ON *.* TO `ferry`@`%`"],
        vec!["GRANT SELECT ON *.* TO `ferry`@`%`", "REVOKE SELECT ON `shop`.* FROM `ferry`@`%`"],
    ] {
        let world = World::new();
        world.source.add_table(orders());
        world.source.set_facts(|facts| facts.grants = lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(world.found(Code::SourceGrants, Level::Fail).len(), 1, "{lines:?}");
    }
}

#[test]
fn refused_names_come_with_the_lines_that_rename_them_and_the_lines_are_valid() {
    let mut world = World::new();
    world.source.add_table(table("größe", vec![column("prix (€)", SourceType::Double, "double")]));
    world.source.add_table(table("gr__e", Vec::new()));
    world.target.set_capabilities(|measured| measured.odd_names = Measured::No);
    let found = world.found(Code::TargetName, Level::Fail);
    let lines: Vec<String> = found.into_iter().flat_map(|finding| finding.statements).collect();
    // One entry for the table, because a document with two for it is refused.
    let entry =
        "- table: \"größe\"\n  target: \"gr__e_2\"\n  columns: { rename: { \"prix (€)\": \"prix____\" } }";
    assert_eq!(lines, [entry]);
    let tables = json!([{ "table": "größe", "target": "gr__e_2", "columns": { "rename": { "prix (€)": "prix____" } } }]);
    world.set_objects(json!([{ "database": "shop", "tables": tables }]));
    assert!(Task::parse(&world.document).is_ok());
    assert!(world.found(Code::TargetName, Level::Fail).is_empty());
}

#[test]
fn names_the_target_takes_need_no_other_name() {
    let world = World::new();
    world.source.add_table(table("größe", Vec::new()));
    assert!(world.found(Code::TargetName, Level::Fail).is_empty());
}

#[test]
fn a_clash_after_mapping_comes_with_another_name() {
    let mut world = World::new();
    world.source.add_table(table("Orders", Vec::new()));
    world.source.add_table(table("orders", vec![column("ID", SourceType::Double, "double")]));
    world.set("names", json!({ "case": "lower" }));
    let found = world.found(Code::NameClash, Level::Fail);
    let lines: Vec<String> = found.into_iter().flat_map(|finding| finding.statements).collect();
    assert_eq!(
        lines,
        [
            "- table: \"orders\"\n  target: \"orders_2\"",
            "- table: \"orders\"\n  columns: { rename: { \"ID\": \"id_2\" } }",
        ]
    );
}

#[test]
fn a_missing_target_table_comes_with_its_create_statement() {
    let mut world = World::new();
    world.source.add_table(orders());
    world.target.add_table(made("other", &[]));
    world.set("tables_on_target", json!({ "create": false }));
    assert_eq!(
        statements(&world, Code::TargetTableMissing, Level::Fail),
        ["CREATE TABLE `shop`.`orders` (`id` BIGINT, `note` VARCHAR, PRIMARY KEY (`id`))"]
    );
}

#[test]
fn a_missing_target_database_is_created_or_comes_with_its_statement() {
    let mut world = World::new();
    world.source.add_table(orders());
    assert!(world.found(Code::TargetDatabase, Level::Pass)[0].evidence.contains("was created"));
    let mut other = World::new();
    other.source.add_table(orders());
    other.set("tables_on_target", json!({ "create": false }));
    assert_eq!(statements(&other, Code::TargetDatabase, Level::Fail), ["CREATE DATABASE `shop`;"]);
    world.set_objects(json!([{ "database": "shop", "target": "db" }]));
    assert_eq!(
        statements(&world, Code::TargetDatabaseName, Level::Fail),
        ["- database: \"shop\"\n  target: \"db_ferry\""]
    );
}

#[test]
fn nothing_is_created_on_the_target_while_something_else_stands_against_the_run() {
    let world = World::new();
    let mut source = orders();
    source.engine = String::new();
    world.source.add_table(source);
    world.findings();
    assert!(!world.platform.faults.calls().contains(&memory::Call::CreateDatabase));
    assert!(world.target.probes().is_empty());
}

#[test]
fn a_missing_target_column_comes_with_the_statement_that_adds_it() {
    let world = World::new();
    let mut source = orders();
    source.columns.push(column("prix", SourceType::Decimal { precision: 9, scale: 2 }, "decimal(9,2)"));
    world.source.add_table(source);
    world.target.add_table(made("orders", &[("note", VARCHAR)]));
    assert_eq!(
        statements(&world, Code::TargetColumnMissing, Level::Fail),
        ["ALTER TABLE `shop`.`orders` ADD COLUMN `prix` DECIMAL(9,2);"]
    );
}

#[test]
fn a_table_whose_columns_do_not_fit_is_judged_in_all_else_too() {
    let world = World::new();
    world.source.add_table(orders());
    let mut there = made("orders", &[]);
    there.attributes.insert("TTL".to_owned(), "60".to_owned());
    world.target.add_table(there);
    assert_eq!(world.found(Code::TargetColumnMissing, Level::Fail).len(), 1);
    assert_eq!(
        statements(&world, Code::TargetTtl, Level::Alert),
        ["ALTER TABLE `shop`.`orders` SET 'TTL' = '';"]
    );
}

#[test]
fn roles_that_are_not_active_come_with_the_statement_that_activates_them() {
    let mut world = World::new();
    world.source.set_facts(|facts| facts.grants = vec!["GRANT `r`@`%` TO `ferry`@`%`".to_owned()]);
    world.set_objects(json!([{ "database": "shop" }]));
    assert_eq!(
        statements(&world, Code::SourceObjectMissing, Level::Fail),
        ["GRANT SELECT ON `shop`.* TO 'ferry'@'%';", "SET DEFAULT ROLE ALL TO 'ferry'@'%';"]
    );
}

#[test]
fn under_partial_revokes_a_database_name_is_no_pattern() {
    let mut world = World::new();
    world.source.set_facts(|facts| {
        facts.grants = vec!["GRANT SELECT ON `my%`.* TO `ferry`@`%`".to_owned()];
        facts.variables.insert("partial_revokes".to_owned(), "ON".to_owned());
    });
    world.set_objects(json!([{ "database": "my_shop" }]));
    let granted = "GRANT SELECT ON `my_shop`.* TO 'ferry'@'%';";
    assert_eq!(statements(&world, Code::SourceObjectMissing, Level::Fail), [granted]);
}

#[test]
fn where_one_table_refuses_stamps_the_run_is_not_stamped() {
    let world = World::new();
    world.source.add_table(orders());
    let mut there = made("orders", &[("note", VARCHAR)]);
    there.indexes.push(TargetIndex { name: "by_note".to_owned() });
    world.target.add_table(there.clone());
    assert!(!world.report().0.capabilities.stamped());
    there.attributes.insert("MUTABILITY".to_owned(), "MUTABLE_ALL".to_owned());
    world.target.add_table(there);
    assert!(world.report().0.capabilities.stamped());
}

#[test]
fn a_mistyped_accepted_code_is_answered_with_the_nearest() {
    let mut world = World::new();
    world.source.add_table(orders());
    world.set("ignore", json!(["table_engin", "source_connection", "binlog_retention", "view_skipped"]));
    let found = world.found(Code::UnknownAcceptedCode, Level::Fail);
    let remedies: Vec<&str> = found.iter().map(|finding| finding.remedy.as_str()).collect();
    assert_eq!(remedies, ["take the code out of `ignore`", "did you mean `table_engine`?"]);
}

#[test]
fn a_key_only_table_is_carried_where_ferry_makes_the_table() {
    let world = World::new();
    world.source.add_table(table("t", Vec::new()));
    let (report, _) = world.report();
    assert!(report.tables[0].marker);
    assert!(report.tables[0].target.column(&name("ferry_row")).is_some());
}
