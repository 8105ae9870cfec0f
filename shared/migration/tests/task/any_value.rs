//! Property: any value at all is answered, with a task or with faults, and a misplaced password is never shown.

use migration::task::Task;
use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any};
use proptest::sample::select;
use proptest::{prop_assert, prop_oneof, proptest};
use serde_json::{Value, json};

use crate::task::document::{most, put};

/// Every key of the format, and some of none.
const KEYS: &[&str] = &[
    "name",
    "source",
    "target",
    "migration",
    "objects",
    "names",
    "tables_on_target",
    "throttle",
    "retry",
    "on_ddl",
    "on_bad_row",
    "zero_dates",
    "tuning",
    "alerts",
    "ignore",
    "labels",
    "host",
    "port",
    "user",
    "password",
    "tls",
    "env",
    "file",
    "secrets_manager",
    "mode",
    "ca",
    "database",
    "include",
    "exclude",
    "tables",
    "table",
    "where",
    "columns",
    "rename",
    "operations",
    "transform",
    "case",
    "create",
    "if_not_empty",
    "chunk_bytes",
    "copiers",
    "stamp_margin",
    "",
    "Name",
    "naïve",
    "a b",
];

/// Texts that are right somewhere, and some that are right nowhere.
const TEXTS: &[&str] = &[
    "",
    "a",
    "shop",
    "*",
    "tmp_?",
    "x\\",
    "full",
    "incremental",
    "lower",
    "fail",
    "null",
    "disabled",
    "verify_ca",
    "64 MiB",
    "2s",
    "2",
    "999999999999999999999999 GiB",
    "db.example",
    "127.0.0.1",
    "\0",
    "ß",
];

fn value(texts: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |below| {
        let keys = prop_oneof![4 => select(KEYS).prop_map(str::to_owned), 1 => texts.clone()];
        prop_oneof![
            vec(below.clone(), 0..4).prop_map(Value::from),
            btree_map(keys, below, 0..6).prop_map(|entries| json!(entries)),
        ]
    })
}

fn any_text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![select(TEXTS).prop_map(str::to_owned), ".{0,80}".boxed()]
}

proptest! {
    #[test]
    fn any_value_is_a_task_or_has_faults(value in value(any_text())) {
        if let Err(faults) = Task::parse(&value) {
            prop_assert!(!faults.as_slice().is_empty());
        }
    }

    #[test]
    fn any_value_at_any_key_of_a_valid_document_is_a_task_or_has_faults(
        pointer in select(&[
            "/name", "/source", "/source/host", "/source/port", "/source/user", "/source/password",
            "/source/tls", "/source/tls/ca", "/target", "/migration", "/objects", "/objects/0",
            "/objects/0/target", "/objects/0/include", "/objects/0/tables", "/objects/0/tables/0",
            "/objects/0/tables/0/columns", "/objects/0/tables/0/columns/rename", "/names",
            "/tables_on_target", "/on_bad_row", "/zero_dates", "/tuning", "/ignore", "/labels",
        ][..]),
        value in value(any_text()),
    ) {
        let mut document = most();
        put(&mut document, pointer, value);
        if let Ok(task) = Task::parse(&document) {
            prop_assert!(Task::parse(&task.document()).is_ok_and(|again| again == task));
        }
    }

    #[test]
    fn whatever_stands_under_password_is_not_shown(value in value(Just("hunter2 & more".to_owned()))) {
        let mut document = most();
        put(&mut document, "/source/password", value);
        if let Err(faults) = Task::parse(&document) {
            prop_assert!(!faults.to_string().contains("hunter2"), "{faults}");
        }
    }
}
