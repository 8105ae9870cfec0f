//! Every code at every level it may take, each brought about by the one thing that is wrong.

use std::time::Duration;

use memory::{Call, Fault};
use migration::capabilities::{Capabilities, LiteralValues, Measured};
use migration::finding::{Finding, Level};
use migration::owner::Owner;
use migration::port::CheckpointTable;
use migration::record;
use migration::retry::Retry;
use migration::run::{Run, RunId};
use migration::schema::{Generated, SourceColumn, SourceType, TableKind, TargetIndex, TargetType};
use migration::time::UnixMs;
use migration::value::{Date, SourceValue};
use precheck::codes::Code;
use serde_json::json;
use uuid::Uuid;

use crate::on_the_log::ON_THE_LOG;
use crate::shop::{VARCHAR, column, id, key, made, mapping, name, orders, table};
use crate::world::{TARGET, World, finish};

/// A level to be reached, and what goes wrong for it.
pub(crate) type Scenario = (Code, Level, fn(&mut World));

pub(crate) const ALERT: Level = Level::Alert;
pub(crate) const FAIL: Level = Level::Fail;

fn varchar(chars: u32) -> SourceType {
    SourceType::Varchar { chars, fixed: false }
}

fn refuse(world: &World, call: Call) {
    world.platform.faults.at_call(call, 1, Fault::Before(Retry::Operator));
}

pub(crate) fn variable(world: &World, name: &str, value: &str) {
    world.source.set_facts(|facts| drop(facts.variables.insert(name.to_owned(), value.to_owned())));
}

pub(crate) fn grants(world: &World, lines: &[&str]) {
    world.source.set_facts(|facts| facts.grants = lines.iter().map(|line| (*line).to_owned()).collect());
}

/// `orders` on both sides, after `change` to the target's.
fn existing(world: &World, change: impl FnOnce(&mut migration::schema::TargetTable)) {
    let mut there = made("orders", &[("note", VARCHAR)]);
    change(&mut there);
    world.target.add_table(there);
}

/// A table `t` with one column on both sides.
fn pair(world: &World, source: SourceType, spelling: &str, target: TargetType) {
    world.source.add_table(table("t", vec![column("c", source, spelling)]));
    world.target.add_table(made("t", &[("c", target)]));
}

/// A table `t` keyed by one column of this type, with one row.
fn keyed(world: &World, column_type: SourceType, value: SourceValue) {
    let mut source = table("t", vec![column("v", varchar(10), "varchar(10)")]);
    source.columns[0].column_type = column_type;
    let note = SourceValue::Text("x".to_owned());
    world.source.add_rows(&mapping(&source), [vec![value, note]]);
}

fn long_text(world: &World) {
    let source =
        table("t", vec![column("v", SourceType::Text { bytes_max: u64::from(u32::MAX) }, "longtext")]);
    let value = SourceValue::NotFetched { bytes: 3 << 20 };
    world.source.add_rows(&mapping(&source), [vec![SourceValue::Int(1), value]]);
}

fn owned_by_another(world: &World) {
    let other = RunId(Uuid::from_u128(8));
    let run = Run::created(other, "other".to_owned(), UnixMs(1));
    let owner =
        Owner { run: other, task: "other".to_owned(), highest_stamp: UnixMs(0), former: None, settled: true };
    let writes = vec![
        record::put_new(record::run(other), &run),
        record::put_new(record::owner(TARGET, &id("shop", "orders")), &owner),
    ];
    finish(world.platform.table.commit(writes)).expect("the table answers");
}

const ON_SERVERS: &[Scenario] = &[
    (Code::UnknownAcceptedCode, FAIL, |world| world.set("ignore", json!(["table_engin"]))),
    (Code::SourceConnection, FAIL, |world| refuse(world, Call::SourceFacts)),
    (Code::SourceTls, FAIL, |world| {
        world.document["source"]["tls"] = json!({ "mode": "required" });
        world.source.set_facts(|facts| facts.tls.encrypted = false);
    }),
    (Code::SourceVersion, FAIL, |world| world.source.set_facts(|facts| facts.version = "5.6.51".to_owned())),
    (Code::SourceVersion, ALERT, |world| {
        world.source.set_facts(|facts| facts.version = "11.4.2-MariaDB".to_owned());
    }),
    (Code::SourceGrants, FAIL, |world| grants(world, &["GRANT SELECT ON `shop`.`other` TO `ferry`@`%`"])),
    (Code::SourceGrants, ALERT, |world| {
        grants(world, &["GRANT USAGE ON *.* TO `ferry`@`%`", "GRANT `reader`@`%` TO `ferry`@`%`"]);
    }),
    (Code::SourceVisibility, ALERT, |world| {
        grants(world, &["GRANT SELECT ON `shop`.`orders` TO `ferry`@`%`"]);
    }),
    (Code::SourceCatalog, FAIL, |world| refuse(world, Call::DescribeSource)),
    (Code::EncryptedDatabase, FAIL, |world| variable(world, "loose_encdb", "ON")),
    (Code::TargetConnection, FAIL, |world| refuse(world, Call::TargetFacts)),
    (Code::TargetTls, FAIL, |world| world.document["target"]["tls"] = json!({ "mode": "required" })),
    (Code::TargetCatalog, FAIL, |world| refuse(world, Call::Databases)),
    (Code::TargetDatabase, FAIL, |world| refuse(world, Call::CreateDatabase)),
    (Code::TargetDatabaseName, FAIL, |world| {
        world.set_objects(json!([{ "database": "shop", "target": "far_too_long_a_name" }]));
    }),
    (Code::SelectionEmpty, FAIL, |world| {
        world.set_objects(json!([{ "database": "shop", "exclude": ["*"] }]));
    }),
    (Code::SelectionEmpty, ALERT, |world| {
        let mut elsewhere = orders();
        elsewhere.id = id("stock", "items");
        world.source.add_table(elsewhere);
        world.set_objects(json!([{ "database": "shop" }, { "database": "stock", "exclude": ["*"] }]));
    }),
    (Code::SourceObjectMissing, FAIL, |world| world.set_objects(json!([{ "database": "shopp" }]))),
];

fn measured(world: &World, change: fn(&mut Capabilities)) {
    world.target.set_capabilities(change);
}

fn open() -> Measured {
    Measured::Inconclusive { why: "several tries had several results".to_owned() }
}

const ON_PROBE: &[Scenario] = &[
    (Code::ProbeClock, ALERT, |world| refuse(world, Call::Probe)),
    (Code::ProbeStamp, ALERT, |world| {
        measured(world, |found| *found = found.clone().without_stamps("an index"));
    }),
    (Code::ProbeClockSpread, ALERT, |world| {
        measured(world, |found| found.clock_spread = Some(Duration::from_secs(2)));
    }),
    (Code::ProbeDelete, ALERT, |world| {
        measured(world, |found| found.delete_hides_later_arrivals = Measured::No);
    }),
    (Code::ProbeNullWrite, ALERT, |world| {
        crate::remedies::fill_orders(world);
        world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
        measured(world, |found| found.null_removes = Measured::No);
    }),
    (Code::ProbeDrop, ALERT, |world| measured(world, |found| found.table_dropped = Measured::No)),
    (Code::ProbeValues, ALERT, |world| {
        measured(world, |found| {
            found.bound_values = Measured::No;
            found.literal_values = LiteralValues::Inconclusive { why: "an error".to_owned() };
        });
    }),
    (Code::ProbeEmptyValues, ALERT, |world| measured(world, |found| found.empty_text = open())),
    (Code::TargetOldValues, ALERT, |world| {
        crate::remedies::fill_orders(world);
        let mut source = orders();
        source.columns[1].nullable = true;
        world.source.add_table(source);
        world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
        measured(world, |found| found.null_taken = Measured::No);
    }),
    (Code::TargetTypeRefused, FAIL, |world| {
        measured(world, |found| found.types_refused = vec![TargetType::Varbinary]);
        world
            .source
            .add_table(table("t", vec![column("b", SourceType::Varbinary { bytes_max: 8 }, "varbinary(8)")]));
    }),
    (Code::TargetTypeLost, ALERT, |world| {
        measured(world, |found| {
            found.types_lost = vec![TargetType::Decimal { precision_scale: Some((38, 10)) }];
        });
        let price = SourceType::Decimal { precision: 10, scale: 2 };
        world.source.add_table(table("t", vec![column("price", price, "decimal(10,2)")]));
    }),
    (Code::TargetKeyDelete, FAIL, |world| {
        measured(world, |found| found.types_undeleted = vec![TargetType::Varchar { chars: None }]);
        world.set("migration", json!("full_and_incremental"));
        let mut source = table("t", vec![column("v", varchar(10), "varchar(10)")]);
        source.key.as_mut().expect("a key").columns = vec![source.columns[1].name.clone()];
        source.columns[1].nullable = false;
        world.source.add_table(source);
    }),
    (Code::EmptyValues, ALERT, |world| {
        measured(world, |found| found.empty_text = Measured::No);
        let source = table("t", vec![column("v", varchar(10), "varchar(10)")]);
        let row = vec![SourceValue::Int(1), SourceValue::Text(String::new())];
        world.source.add_rows(&mapping(&source), [row]);
    }),
];

const ON_TABLES: &[Scenario] = &[
    (Code::SourceColumnMissing, FAIL, |world| {
        let tables = json!([{ "table": "orders", "columns": { "exclude": ["nota"] } }]);
        world.set_objects(json!([{ "database": "shop", "tables": tables }]));
    }),
    (Code::ViewSkipped, ALERT, |world| {
        let mut view = table("recent", Vec::new());
        view.kind = TableKind::View;
        world.source.add_table(view);
        world.set_objects(json!([{ "database": "shop", "include": ["orders", "recent"] }]));
    }),
    (Code::TableEngine, ALERT, |world| {
        let mut source = orders();
        source.engine = "MyISAM".to_owned();
        world.source.add_table(source);
    }),
    (Code::TableEngine, FAIL, |world| {
        let mut source = orders();
        source.engine = String::new();
        world.source.add_table(source);
    }),
    (Code::TableKey, FAIL, |world| {
        let mut source = orders();
        source.key = None;
        world.source.add_table(source);
    }),
    (Code::KeyColumnExcluded, FAIL, |world| {
        let tables = json!([{ "table": "orders", "columns": { "exclude": ["id"] } }]);
        world.set_objects(json!([{ "database": "shop", "tables": tables }]));
    }),
    (Code::KeyColumns, FAIL, |world| {
        let names = ["a", "b", "c", "d", "e", "f"];
        let mut source = table("t", names.map(|name| column(name, crate::shop::BIGINT, "bigint")).into());
        source.key = Some(key(&names));
        world.source.add_table(source);
    }),
    (Code::KeyType, FAIL, |world| {
        let mut source =
            table("t", vec![column("b", SourceType::Varbinary { bytes_max: 9 }, "varbinary(9)")]);
        source.key = Some(key(&["b", "id"]));
        world.source.add_table(source);
    }),
    (Code::KeyOnlyTable, FAIL, |world| {
        world.source.add_table(table("t", Vec::new()));
        world.target.add_table(made("t", &[]));
    }),
    (Code::ColumnType, FAIL, |world| {
        let unknown = SourceType::Unknown { spelling: "hyperint".to_owned() };
        world.source.add_table(table("t", vec![column("c", unknown, "hyperint")]));
    }),
    (Code::DecimalPrecision, FAIL, |world| {
        let target = TargetType::Decimal { precision_scale: Some((12, 2)) };
        pair(world, SourceType::Decimal { precision: 10, scale: 2 }, "decimal(10,2)", target);
    }),
    (Code::DecimalPrecision, ALERT, |world| {
        let target = TargetType::Decimal { precision_scale: None };
        pair(world, SourceType::Decimal { precision: 10, scale: 2 }, "decimal(10,2)", target);
    }),
    (Code::TableDefinitionSize, FAIL, |world| {
        let labels =
            (0..10_000).map(|number| format!("a label of the {number}th kind that there is")).collect();
        world.source.add_table(table("t", vec![column("c", SourceType::Enum { labels }, "enum(...)")]));
    }),
    (Code::NameClash, FAIL, |world| {
        world.source.add_table(table("Orders", Vec::new()));
        world.set("names", json!({ "case": "lower" }));
    }),
    (Code::TargetName, FAIL, |world| {
        world.source.add_table(table("größe", Vec::new()));
        world.target.set_capabilities(|measured| measured.odd_names = Measured::No);
    }),
    (Code::TargetName, ALERT, |world| world.source.add_table(table("v1.orders", Vec::new()))),
    (Code::TargetTableMissing, FAIL, |world| {
        existing(world, |_| {});
        world.source.add_table(table("t", Vec::new()));
        world.set("tables_on_target", json!({ "create": false }));
    }),
    (Code::TargetOwned, FAIL, |world| owned_by_another(world)),
    (Code::TargetKey, FAIL, |world| {
        existing(world, |there| there.columns[0].name = name("key"));
    }),
    (Code::TargetColumnMissing, FAIL, |world| {
        existing(world, |there| there.columns.truncate(1));
    }),
    (Code::TargetIncompatible, FAIL, |world| pair(world, varchar(9), "varchar(9)", TargetType::Double)),
    (Code::TargetNarrower, ALERT, |world| {
        pair(world, varchar(9), "varchar(9)", TargetType::Varchar { chars: Some(8) });
    }),
    (Code::TargetIndex, ALERT, |world| {
        existing(world, |there| there.indexes.push(TargetIndex { name: "by_note".to_owned() }));
    }),
    (Code::TargetTtl, ALERT, |world| {
        existing(world, |there| drop(there.attributes.insert("TTL".to_owned(), "60".to_owned())));
    }),
    (Code::TargetVersions, FAIL, |world| {
        existing(world, |there| drop(there.attributes.insert("VERSIONS".to_owned(), "0".to_owned())));
    }),
    (Code::TargetMutability, ALERT, |world| {
        existing(world, |there| {
            drop(there.attributes.insert("MUTABILITY".to_owned(), "IMMUTABLE".to_owned()));
        });
    }),
    (Code::TargetNotEmpty, FAIL, |world| crate::remedies::fill_orders(world)),
];

const ON_ROWS: &[Scenario] = &[
    (Code::ValueSize, FAIL, |world| long_text(world)),
    (Code::ValueSize, ALERT, |world| {
        long_text(world);
        world.set("on_bad_row", json!("reject"));
    }),
    (Code::KeySize, FAIL, |world| keyed(world, varchar(1_000), SourceValue::Text("k".repeat(2_049)))),
    (Code::KeySize, ALERT, |world| {
        keyed(world, varchar(1_000), SourceValue::Text("k".repeat(2_049)));
        world.set("on_bad_row", json!("reject"));
    }),
    (Code::KeyNul, FAIL, |world| keyed(world, varchar(10), SourceValue::Text("a\0b".to_owned()))),
    (Code::KeyNul, ALERT, |world| {
        keyed(world, varchar(10), SourceValue::Text("a\0b".to_owned()));
        world.set("on_bad_row", json!("reject"));
    }),
    (Code::KeyZeroDate, FAIL, |world| {
        keyed(world, SourceType::Date, SourceValue::Date(Date { year: 0, month: 0, day: 0 }));
    }),
    (Code::NullRows, ALERT, |world| {
        let source = table("t", vec![column("v", varchar(10), "varchar(10)")]);
        world.source.add_rows(&mapping(&source), [vec![SourceValue::Int(1), SourceValue::Null]]);
        world.target.add_table(made("t", &[("v", VARCHAR)]));
        world.target.set_capabilities(|measured| measured.null_rows = Measured::No);
    }),
    (Code::NotScanned, ALERT, |world| {
        long_text(world);
        world.time = Duration::from_secs(2);
    }),
];

fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    ON_SERVERS.iter().chain(ON_PROBE).chain(ON_TABLES).chain(ON_ROWS).chain(ON_THE_LOG)
}

#[test]
fn each_fault_is_found_with_its_code_and_level() {
    for (code, level, arrange) in scenarios() {
        let mut world = World::new();
        world.source.add_table(orders());
        arrange(&mut world);
        let findings = world.findings();
        let is_it = |finding: &&Finding| finding.code == code.as_str() && finding.level == *level;
        let found = findings.iter().find(is_it);
        let Some(found) = found else { panic!("no {level:?} of {code}: {}", precheck::render(&findings)) };
        assert!(!found.evidence.is_empty() && !found.remedy.is_empty(), "{found:?}");
    }
}

#[test]
fn every_code_is_brought_about_at_every_level_it_may_take() {
    for code in Code::ALL {
        let reached = |level: Level| scenarios().any(|(other, at, _)| other == code && *at == level);
        assert_eq!(reached(ALERT), code.levels().can_alert(), "{code} as an alert");
        assert_eq!(reached(FAIL), code.levels().can_fail(), "{code} as a failure");
    }
}

#[test]
fn where_nothing_is_wrong_every_code_passes() {
    let mut world = World::new();
    let generated =
        SourceColumn { generated: Some(Generated::Stored), invisible: true, ..column("g", varchar(9), "x") };
    let mut source = table("t", vec![generated]);
    source.cascading_foreign_keys = vec!["fk".to_owned()];
    world.source.add_table(source);
    existing(&world, |there| there.columns.push(made("x", &[("extra", VARCHAR)]).columns.remove(1)));
    world.source.add_table(orders());
    for mode in ["full", "full_and_incremental", "incremental"] {
        world.set("migration", json!(mode));
        let findings = world.findings();
        let wrong: Vec<&Finding> = findings.iter().filter(|finding| finding.level != Level::Pass).collect();
        assert!(wrong.is_empty(), "{mode}: {wrong:#?}");
        for code in Code::ALL {
            assert!(findings.iter().any(|finding| finding.code == code.as_str()), "{code} says nothing");
        }
    }
}
