//! Documents to start from, and the check that a changed one is refused with exactly these messages.
//!
//! Every fault test states the whole list of messages, so that a fault which appears twice, or hides another,
//! is seen.

use migration::task::Task;
use serde_json::{Value, json};

/// A valid document with every key that may be left out left out.
pub(crate) fn least() -> Value {
    json!({
        "name": "shop-move",
        "source": {"host": "127.0.0.1", "user": "ferry"},
        "target": {"host": "lindorm.example", "user": "root"},
        "migration": "full",
        "objects": [{"database": "shop"}],
    })
}

/// A valid document with every key that this version obeys.
pub(crate) fn most() -> Value {
    json!({
        "name": "shop-move",
        "source": {
            "host": "127.0.0.1", "port": 3307, "user": "ferry",
            "password": {"env": "SOURCE_PASSWORD"},
            "tls": {"mode": "verify_ca", "ca": "rds.pem"},
        },
        "target": {
            "host": "2001:db8::1", "port": 33061, "user": "root",
            "password": {"file": "target.password"},
            "tls": {"mode": "disabled"},
        },
        "migration": "full",
        "objects": [
            {
                "database": "shop", "target": "shop_lindorm", "include": ["*"], "exclude": ["tmp_*"],
                "tables": [{
                    "table": "orders", "target": "orders_v2",
                    "columns": {"rename": {"cust_id": "customer_id"}, "exclude": ["internal_note"]},
                }],
            },
            {"database": "Stock"},
        ],
        "names": {"case": "lower"},
        "tables_on_target": {"create": false, "if_not_empty": "allow"},
        "on_bad_row": "reject",
        "zero_dates": "text",
        "tuning": {"chunk_bytes": "16 MiB", "copiers": 2, "stamp_margin": "500ms"},
        "ignore": ["binlog_retention"],
        "labels": {"environment": "production"},
    })
}

/// The task of a valid document.
pub(crate) fn task(document: &Value) -> Task {
    Task::parse(document).expect("a valid document")
}

/// Puts `value` at `pointer` (RFC 6901), making the last key if it is not there.
pub(crate) fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer with a key");
    match document.pointer_mut(parent).expect(pointer) {
        Value::Object(entries) => {
            entries.insert(key.replace("~1", "/"), value);
        }
        Value::Array(items) => match key.parse::<usize>().expect("an index") {
            index if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        _ => panic!("nothing can be put at {pointer}"),
    }
}

/// Asserts that `document` is refused with `messages`, in this order.
pub(crate) fn assert_refused(document: &Value, messages: &[&str]) {
    let faults = Task::parse(document).expect_err("a broken document");
    let told: Vec<String> = faults.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(told, messages);
}

/// Asserts that [`most`] with `value` at `pointer` is refused with `messages`.
pub(crate) fn assert_refused_with(pointer: &str, value: Value, messages: &[&str]) {
    let mut document = most();
    put(&mut document, pointer, value);
    assert_refused(&document, messages);
}
