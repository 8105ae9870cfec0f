//! Random statements, one after the other: no panic, and every table stays readable or the run stops.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

use super::followed::World;

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["t", "u", "v", "_t_gho", "_t_del", "_t_new", "tmp_t"])
}

fn column() -> impl Strategy<Value = &'static str> {
    select(vec!["id", "a", "b", "c", "D"])
}

fn defined() -> impl Strategy<Value = &'static str> {
    select(vec![
        "INT",
        "BIGINT UNSIGNED",
        "VARCHAR(5)",
        "VARCHAR(50) NOT NULL",
        "TEXT",
        "INT NOT NULL DEFAULT 3",
        "DATETIME(3)",
        "INT AS (1) VIRTUAL",
        "ENUM('x','y')",
        "BINARY(3)",
        "INT UNIQUE",
    ])
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![
        (column(), defined()).prop_map(|(name, what)| format!("ADD {name} {what}")),
        (column(), defined(), column())
            .prop_map(|(name, what, place)| format!("ADD {name} {what} AFTER {place}")),
        column().prop_map(|name| format!("DROP {name}")),
        (column(), column()).prop_map(|(from, to)| format!("RENAME COLUMN {from} TO {to}")),
        (column(), defined()).prop_map(|(name, what)| format!("MODIFY {name} {what}")),
        (column(), column(), defined())
            .prop_map(|(from, to, what)| format!("CHANGE {from} {to} {what} FIRST")),
        Just("CONVERT TO CHARACTER SET latin1".to_owned()),
        Just("DROP PRIMARY KEY, ADD PRIMARY KEY (id)".to_owned()),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    prop_oneof![
        name().prop_map(|name| format!("CREATE TABLE {name} (id INT PRIMARY KEY, a VARCHAR(9), b INT)")),
        (name(), name()).prop_map(|(name, like)| format!("CREATE TABLE {name} LIKE {like}")),
        name().prop_map(|name| format!("DROP TABLE {name}")),
        name().prop_map(|name| format!("TRUNCATE {name}")),
        (name(), name()).prop_map(|(from, to)| format!("RENAME TABLE {from} TO {to}")),
        (name(), name(), name()).prop_map(|(a, b, c)| format!("RENAME TABLE {a} TO {b}, {c} TO {a}")),
        (name(), proptest::collection::vec(clause(), 1..4))
            .prop_map(|(name, clauses)| format!("ALTER TABLE {name} {}", clauses.join(", "))),
    ]
}

proptest! {
    #[test]
    fn every_history_leaves_readable_tables_or_stops(
        statements in proptest::collection::vec(statement(), 1..25),
        stamped in any::<bool>(),
        ignore in any::<bool>(),
    ) {
        let policy = if ignore { "ignore" } else { "stop" };
        let mut world = World::of(&serde_json::json!({"on_ddl": {"unsupported": policy}}), &[]);
        world.stamped = stamped;
        for sql in &statements {
            // A statement the source would have refused is never logged: what is refused here is passed over.
            let _ = world.run(sql);
        }
    }
}
