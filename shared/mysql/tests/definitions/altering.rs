//! ALTER TABLE of a followed table.

use migration::definition::{CopyEffect, Passage};
use serde_json::json;

use super::followed::{World, copy};

const T: &str = "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10) NOT NULL, b INT) CHARSET utf8mb4";

fn altered(sql: &str) -> (World, Passage) {
    let mut world = World::with(&[T]);
    let passage = world.run(sql).unwrap();
    (world, passage)
}

#[test]
fn columns_that_are_null_in_rows_there_are_only_added() {
    let (world, passage) = altered("ALTER TABLE t ADD c INT FIRST, ADD (d VARCHAR(3), e DATE)");
    assert_eq!(copy(&passage), CopyEffect::GoesOn);
    assert_eq!(world.columns("t"), "id>id:INTEGER c>c:INTEGER a>a:VARCHAR b>b:INTEGER d>d:VARCHAR e>e:DATE");
    let order: Vec<&str> =
        world.mapping("t").source.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(order, ["c", "id", "a", "b", "d", "e"]);
    assert_eq!(world.mapping("t").source.columns[4].charset.as_deref(), Some("utf8mb4"));
}

#[test]
fn rows_that_change_without_an_event_are_copied_again() {
    for sql in [
        "ALTER TABLE t ADD c INT DEFAULT 7",
        "ALTER TABLE t ADD c INT NOT NULL",
        "ALTER TABLE t ADD c INT AS (id + 1)",
        "ALTER TABLE t MODIFY a VARCHAR(5) NOT NULL",
        "ALTER TABLE t MODIFY a CHAR(20) NOT NULL",
        "ALTER TABLE t MODIFY b INT NOT NULL",
        "ALTER TABLE t CONVERT TO CHARACTER SET latin1",
    ] {
        assert_eq!(copy(&altered(sql).1), CopyEffect::Again, "{sql}");
        let mut unstamped = World::with(&[T]);
        unstamped.stamped = false;
        assert!(unstamped.run(sql).unwrap_err().what.contains("cannot be copied again"), "{sql}");
    }
}

#[test]
fn what_is_written_alike_goes_on() {
    for sql in [
        "ALTER TABLE t MODIFY a VARCHAR(200) NOT NULL",
        "ALTER TABLE t MODIFY a TEXT NOT NULL",
        "ALTER TABLE t MODIFY b MEDIUMINT UNSIGNED, MODIFY b INT",
        "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "ALTER TABLE t RENAME COLUMN b TO c",
        "ALTER TABLE t DROP b",
        "ALTER TABLE t ADD UNIQUE (a), ADD UNIQUE u (id, b)",
    ] {
        let mut world = World::with(&[T]);
        if let Ok(passage) = world.run(sql)
            && !passage.effects.is_empty()
        {
            assert_eq!(copy(&passage), CopyEffect::GoesOn, "{sql}");
        }
    }
}

#[test]
fn a_renamed_column_keeps_its_target_and_its_name_is_not_given_again() {
    let (mut world, _) = altered("ALTER TABLE t CHANGE b c INT AFTER id");
    assert_eq!(world.columns("t"), "id>id:INTEGER c>b:INTEGER a>a:VARCHAR");
    let refused = world.run("ALTER TABLE t ADD b INT").unwrap_err();
    assert!(refused.what.contains("two columns would be called b"), "{refused}");
    world.run("ALTER TABLE t RENAME COLUMN ID TO key_id").unwrap();
    assert_eq!(world.mapping("t").key.columns[0].as_str(), "key_id");
}

#[test]
fn a_type_beyond_the_target_column_stops_or_is_ignored_by_policy() {
    let sql = "ALTER TABLE t MODIFY b BIGINT";
    let refused = World::with(&[T]).run(sql).unwrap_err();
    assert!(refused.what.contains("cannot take"), "{refused}");
    let mut ignoring = World::of(&json!({"on_ddl": {"unsupported": "ignore"}}), &[T]);
    let passage = ignoring.run(sql).unwrap();
    assert_eq!(passage.notes.len(), 1);
    assert_eq!(ignoring.columns("t"), "id>id:INTEGER a>a:VARCHAR b>b:INTEGER");
    // Where rows could not be read, or not told apart, no policy helps.
    for sql in ["ALTER TABLE t MODIFY b DATE", "ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t DROP nothing"]
    {
        assert!(ignoring.run(sql).is_err(), "{sql}");
    }
}

#[test]
fn keys_may_change_as_long_as_rows_are_told_apart_alike() {
    let mut world =
        World::with(&["CREATE TABLE t (id INT NOT NULL, a INT NOT NULL, UNIQUE u (id), KEY k (a))"]);
    world.run("ALTER TABLE t ADD PRIMARY KEY (a)").unwrap();
    world.run("ALTER TABLE t DROP KEY k, RENAME INDEX u TO v").unwrap();
    assert_eq!(world.mapping("t").key.index, "v");
    world.run("ALTER TABLE t DROP PRIMARY KEY, DROP KEY v, ADD PRIMARY KEY (id)").unwrap();
    assert_eq!(world.mapping("t").key.index, "PRIMARY");
    assert!(world.run("DROP INDEX `PRIMARY` ON t").is_err());
    assert!(world.run("ALTER TABLE t MODIFY id BINARY(4) NOT NULL").is_err());
}

#[test]
fn a_row_that_may_lose_its_last_value_gets_the_marker() {
    let mut world = World::with(&[T]);
    world.capabilities = migration::capabilities::Capabilities::unknown("not asked");
    let passage = world.run("ALTER TABLE t DROP COLUMN a").unwrap();
    assert_eq!(copy(&passage), CopyEffect::Again);
    assert!(world.mapping("t").marker);
    let passage = world.run("ALTER TABLE t DROP COLUMN b").unwrap();
    assert_eq!((copy(&passage), passage.definitions.len()), (CopyEffect::GoesOn, 1));
}

#[test]
fn excluded_columns_stay_out_and_names_follow_the_task() {
    let objects = json!([{"database": "shop", "tables": [{"table": "t", "columns": {"rename": {"c": "cee"}, "exclude": ["d"]}}]}]);
    let mut world = World::of(&json!({"objects": objects, "names": {"case": "upper"}}), &[T]);
    world.run("ALTER TABLE t ADD c INT, ADD d INT DEFAULT 5, ADD e INT").unwrap();
    assert_eq!(world.columns("t"), "id>ID:INTEGER a>A:VARCHAR b>B:INTEGER c>cee:INTEGER e>E:INTEGER");
}
