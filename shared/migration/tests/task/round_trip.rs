//! Property: a task that is written out and read again is the same task, whatever the document.
//!
//! Documents are valid by construction: names carry their number, so that no two meet on the target, and no
//! excluding pattern can match a table.

use migration::task::Task;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Map, Value, json};

/// A mapping of those keys that have a value.
fn mapping<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let present = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn text(pattern: &'static str) -> impl Strategy<Value = Option<Value>> {
    option::of(pattern.prop_map(Value::from))
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    option::of(proptest::sample::select(words).prop_map(Value::from))
}

fn endpoint() -> impl Strategy<Value = Value> {
    let password = prop_oneof![
        Just(None),
        "[A-Z_][A-Z0-9_]{0,9}".prop_map(|name| Some(json!({"env": name}))),
        "[ -~ä]{1,20}".prop_map(|path| Some(json!({"file": path}))),
        "arn:aws:secretsmanager:eu-west-1:[0-9]{12}:secret:[a-zA-Z/_+=.@-]{1,20}"
            .prop_map(|arn| Some(json!({"secrets_manager": arn}))),
    ];
    let tls = prop_oneof![
        Just(None),
        word(&["disabled", "required", "verify_ca", "verify_identity"])
            .prop_map(|mode| Some(mapping([("mode", mode)]))),
        (word(&["verify_ca", "verify_identity"]), text("[a-z/]{1,9}"))
            .prop_map(|(mode, ca)| Some(mapping([("mode", mode), ("ca", ca)]))),
    ];
    let port = option::of((1..=u16::MAX).prop_map(Value::from));
    (port, "[ -~é]{1,32}", password, tls).prop_map(|(port, user, password, tls)| {
        mapping([("port", port), ("user", Some(json!(user))), ("password", password), ("tls", tls)])
    })
}

fn table() -> impl Strategy<Value = (String, Option<String>, Vec<bool>)> {
    ("[a-zA-Z $`ä.]{0,20}", option::of("[a-zA-Z $`ä.]{0,20}".boxed()), vec(any::<bool>(), 0..4))
}

fn database() -> impl Strategy<Value = Value> {
    let tables = option::of(vec(table(), 0..4)).prop_map(|tables| {
        let numbered = tables?.into_iter().enumerate().map(|(number, (name, target, renamed))| {
            let columns = renamed.iter().enumerate();
            let rename: Map<String, Value> = columns
                .clone()
                .filter(|(_, renamed)| **renamed)
                .map(|(at, _)| (format!("c{at}"), json!(format!("new {at}"))))
                .collect();
            let exclude: Vec<String> =
                columns.filter(|(_, renamed)| !**renamed).map(|(at, _)| format!("c{at}")).collect();
            mapping([
                ("table", Some(json!(format!("t{number}_{name}")))),
                ("target", target.map(|target| json!(format!("u{number}_{target}")))),
                ("columns", (!renamed.is_empty()).then(|| json!({"rename": rename, "exclude": exclude}))),
            ])
        });
        Some(Value::from(numbered.collect::<Vec<_>>()))
    });
    let include = option::of(vec("[a-z_*?]{1,12}", 0..3))
        .prop_map(|patterns| Some(json!(patterns?.into_iter().chain(["t*".to_owned()]).collect::<Vec<_>>())));
    let exclude =
        option::of(vec("z[a-z_*?]{0,9}|z\\\\[*?\\\\]", 0..3)).prop_map(|patterns| Some(json!(patterns?)));
    (any::<bool>(), include, exclude, tables).prop_map(|(target, include, exclude, tables)| {
        mapping([
            ("target", target.then(|| json!("to be numbered"))),
            ("include", include),
            ("exclude", exclude),
            ("tables", tables),
        ])
    })
}

fn objects() -> impl Strategy<Value = Value> {
    vec(database(), 1..4).prop_map(|mut databases| {
        for (number, database) in databases.iter_mut().enumerate() {
            database["database"] = json!(format!("db {number}"));
            if database.get("target").is_some() {
                database["target"] = json!(format!("to {number}"));
            }
        }
        Value::from(databases)
    })
}

fn policies() -> impl Strategy<Value = Value> {
    let case = word(&["preserve", "lower", "upper"]);
    let create = option::of(any::<bool>().prop_map(Value::from));
    let if_not_empty = word(&["fail", "allow"]);
    let chunk_bytes = option::of((1_024..=4_u64 << 30).prop_map(|bytes| json!(format!("{bytes} B"))));
    let copiers = option::of((1..=64_u16).prop_map(Value::from));
    let stamp_margin = option::of((100..=600_000_u32).prop_map(|millis| json!(format!("{millis}ms"))));
    let ignore =
        option::of(proptest::collection::btree_set("[a-z][a-z_]{0,9}", 0..4).prop_map(|codes| json!(codes)));
    let labels = option::of(
        proptest::collection::btree_map("[a-zA-Z./_-]{1,9}", ".{0,20}", 0..4)
            .prop_map(|labels| json!(labels)),
    );
    let zero_dates = prop_oneof![word(&["null", "text", "fail"]), Just(Some(Value::Null))];
    let words = (word(&["fail", "reject"]), zero_dates);
    (case, (create, if_not_empty), (chunk_bytes, copiers, stamp_margin), ignore, labels, words).prop_map(
        |(case, (create, if_not_empty), (chunk_bytes, copiers, stamp_margin), ignore, labels, words)| {
            let tuning = [("chunk_bytes", chunk_bytes), ("copiers", copiers), ("stamp_margin", stamp_margin)];
            mapping([
                ("names", Some(mapping([("case", case)]))),
                ("tables_on_target", Some(mapping([("create", create), ("if_not_empty", if_not_empty)]))),
                ("tuning", Some(mapping(tuning))),
                ("ignore", ignore),
                ("labels", labels),
                ("on_bad_row", words.0),
                ("zero_dates", words.1),
            ])
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    ("[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}", endpoint(), endpoint(), objects(), policies()).prop_map(
        |(name, mut source, mut target, objects, mut document)| {
            source["host"] = json!("source.example");
            target["host"] = json!("fe80::1");
            for (key, value) in [
                ("name", json!(name)),
                ("source", source),
                ("target", target),
                ("migration", json!("full")),
                ("objects", objects),
            ] {
                document[key] = value;
            }
            document
        },
    )
}

proptest! {
    #[test]
    fn a_task_written_out_and_read_again_is_the_same_task(document in document()) {
        let task = Task::parse(&document).expect("valid by construction");
        let again = Task::parse(&task.document()).expect("a written task is valid");
        prop_assert_eq!(&again, &task);
        prop_assert_eq!(again.digest(), task.digest());
        prop_assert!(again.difference(&task).is_empty());
        let text = serde_json::to_string(&task).expect("a task is JSON");
        let read: Task = serde_json::from_str(&text).expect("a written task is valid");
        prop_assert_eq!(&read, &task);
    }

    #[test]
    fn two_tasks_have_one_digest_exactly_if_they_do_not_differ(left in document(), right in document()) {
        let (left, right) = (
            Task::parse(&left).expect("valid by construction"),
            Task::parse(&right).expect("valid by construction"),
        );
        prop_assert_eq!(left == right, left.digest() == right.digest());
        prop_assert_eq!(left == right, left.difference(&right).is_empty());
    }
}
