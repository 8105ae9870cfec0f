//! Tables that are made, dropped, emptied and renamed.

use migration::definition::{CopyEffect, Effect, TargetDefinition};
use migration::schema::TargetType;
use serde_json::json;

use super::followed::{World, copy, id};

const T: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT)";
const U: &str = "CREATE TABLE u (id INT PRIMARY KEY, z INT)";

#[test]
fn a_table_of_the_selection_is_made_and_followed_without_a_copy() {
    let mut world = World::with(&[]);
    let passage = world.run(T).unwrap();
    assert!(matches!(&passage.effects[..], [Effect::Enters { mapping }] if !mapping.existing));
    assert!(matches!(&passage.definitions[..], [TargetDefinition::CreateTable { .. }]));
    for sql in ["CREATE TABLE tmp_x (id INT PRIMARY KEY)", "CREATE TABLE other.t (id INT PRIMARY KEY)"] {
        assert!(world.run(sql).unwrap().effects.is_empty(), "{sql}");
    }
    assert!(world.run("CREATE TABLE IF NOT EXISTS t (x INT)").unwrap().effects.is_empty());
    assert!(world.run("CREATE TABLE n (x INT)").unwrap_err().what.contains("neither a primary key"));
    world.run("CREATE TABLE v LIKE t").unwrap();
    assert_eq!(world.columns("v"), world.columns("t"));
    assert!(world.run("CREATE TABLE w LIKE other.q").is_err());
}

#[test]
fn a_target_table_that_is_there_keeps_its_types() {
    let mut world = World::with(&[T]);
    let mut there = world.target[&id("t")].clone();
    there.id = id("v");
    there.columns[1].column_type = TargetType::BigInt;
    world.target.insert(id("v"), there);
    let passage = world.run("CREATE TABLE v LIKE t").unwrap();
    assert!(passage.definitions.is_empty());
    assert_eq!(world.columns("v"), "id>id:INTEGER a>a:BIGINT");
    assert!(world.mapping("v").existing);
    world.run("ALTER TABLE v MODIFY a BIGINT").unwrap();
}

#[test]
fn tables_are_dropped_emptied_and_made_anew() {
    let mut world = World::with(&[T, U]);
    let emptied = world.run("TRUNCATE TABLE t").unwrap();
    assert_eq!(copy(&emptied), CopyEffect::Over);
    let dropped = world.run("DROP TABLE IF EXISTS t, nothing").unwrap();
    assert!(matches!(&dropped.effects[..], [Effect::Leaves { .. }]));
    assert_eq!(dropped.definitions, [TargetDefinition::DropTable { table: id("t") }]);
    world.run("CREATE TABLE t (id BIGINT PRIMARY KEY)").unwrap();
    assert_eq!(world.columns("t"), "id>id:BIGINT");
    assert_eq!(world.run("DROP DATABASE shop").unwrap().definitions.len(), 2);
    assert!(world.followed.tables.is_empty());
}

#[test]
fn rows_of_another_source_in_a_merged_table_are_left_alone() {
    let objects = json!([{"database": "shop", "tables": [{"table": "u", "target": "t"}]}]);
    let mut world = World::of(&json!({"objects": objects}), &[T]);
    assert!(world.run(U).unwrap_err().what.contains("share"));
    let mut second = world.followed.tables[0].clone();
    second.number.0 = 9;
    second.mapping.source.id = id("u");
    world.followed.tables.push(second);
    for sql in ["TRUNCATE TABLE u", "DROP TABLE t", "DROP TABLE u"] {
        assert!(world.run(sql).unwrap_err().what.contains("with those of others"), "{sql}");
    }
}

#[test]
fn a_mapping_follows_its_table_to_another_name() {
    let mut world = World::with(&[T, U]);
    world.run("RENAME TABLE t TO x, u TO t, x TO u").unwrap();
    assert_eq!(world.mapping("u").target.id, id("t"));
    assert_eq!(world.mapping("t").target.id, id("u"));
    assert_eq!(world.columns("t"), "id>id:INTEGER z>z:INTEGER");
    world.run("RENAME TABLE t TO other.x, other.x TO t").unwrap();
    world.run("ALTER TABLE t ADD y INT, RENAME TO v").unwrap();
    assert_eq!(world.mapping("v").target.id, id("u"));
    assert_eq!(world.columns("v"), "id>id:INTEGER z>z:INTEGER y>y:INTEGER");
    let left = world.run("ALTER TABLE v RENAME TO tmp_v").unwrap_err();
    assert!(left.what.contains("not selected"), "{left}");
    let came = world.run("RENAME TABLE tmp_x TO x").unwrap_err();
    assert!(came.what.contains("were not followed"), "{came}");
}

#[test]
fn what_leaves_or_enters_is_let_go_by_policy() {
    let ignore = json!({"on_ddl": {"unsupported": "ignore"}});
    let mut world = World::of(&ignore, &[T]);
    assert!(world.run("RENAME TABLE tmp_x TO x").unwrap().effects.is_empty());
    let left = world.run("RENAME TABLE t TO other.t").unwrap();
    assert!(matches!(&left.effects[..], [Effect::Leaves { .. }]) && left.definitions.is_empty());
    assert_eq!(left.notes.len(), 1);
    world.run("CREATE TABLE n (x INT)").unwrap();
    assert!(world.followed.tables.is_empty());
}

#[test]
fn rows_that_move_with_a_partition_go_by_policy() {
    let sql = "ALTER TABLE t DROP PARTITION p0";
    assert!(World::with(&[T]).run(sql).unwrap_err().what.contains("partition"));
    let mut world = World::of(&json!({"on_ddl": {"unsupported": "ignore"}}), &[T]);
    assert_eq!(world.run(sql).unwrap().notes.len(), 1);
    assert!(world.run("ALTER TABLE tmp_t DROP PARTITION p0").unwrap().notes.is_empty());
}
