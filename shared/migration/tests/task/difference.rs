//! When two documents are the same, and how a change is told.

use serde_json::{Value, json};

use crate::task::document::{least, most, put, task};

fn told(before: &Value, after: &Value) -> Vec<String> {
    task(before).difference(&task(after)).iter().map(ToString::to_string).collect()
}

#[test]
fn writing_out_a_default_changes_nothing() {
    let mut written = least();
    for (pointer, value) in [
        ("/source/port", json!(3306)),
        ("/target/port", json!(33060)),
        ("/target/tls", json!({"mode": "verify_identity"})),
        ("/objects/0/include", json!(["*"])),
        ("/tuning", json!({"chunk_bytes": "65536KiB", "stamp_margin": "2000ms"})),
        ("/zero_dates", json!(null)),
        ("/labels", json!({})),
    ] {
        put(&mut written, pointer, value);
    }
    assert_eq!(told(&least(), &written), Vec::<String>::new());
    assert_eq!(task(&least()).digest(), task(&written).digest());
}

#[test]
fn the_digest_is_pinned() {
    assert_eq!(task(&least()).digest().as_str(), "497e9cfc14d62e38f4946dacd6de7003");
    assert_eq!(task(&most()).digest().as_str(), "5f378a11014edaf504ee3e0c6e6b6321");
}

#[test]
fn every_change_changes_the_digest_and_is_told_with_its_path() {
    for (pointer, value, message) in [
        ("/name", json!("other"), "name: was \"shop-move\", is \"other\""),
        ("/source/port", json!(3308), "source.port: was 3307, is 3308"),
        ("/objects/0/exclude/0", json!("old_*"), "objects[0].exclude[0]: was \"tmp_*\", is \"old_*\""),
        ("/objects/0/exclude/1", json!("old_*"), "objects[0].exclude[1]: was absent, is \"old_*\""),
        (
            "/objects/1",
            json!({"database": "Stock", "target": "x"}),
            "objects[1].target: was absent, is \"x\"",
        ),
        ("/labels", json!({}), "labels.environment: was \"production\", is gone"),
        ("/tuning/copiers", json!(3), "tuning.copiers: was 2, is 3"),
    ] {
        let mut changed = most();
        put(&mut changed, pointer, value);
        assert_eq!(told(&most(), &changed), [message]);
        assert_ne!(task(&most()).digest(), task(&changed).digest(), "{pointer}");
    }
}

#[test]
fn another_place_of_a_secret_is_a_change_of_reference() {
    let mut changed = most();
    put(&mut changed, "/source/password", json!({"file": "p"}));
    assert_eq!(
        told(&most(), &changed),
        [
            "source.password.env: was \"SOURCE_PASSWORD\", is gone",
            "source.password.file: was absent, is \"p\""
        ]
    );
}

#[test]
fn a_list_item_that_comes_or_goes_is_told_alone() {
    let mut longer = most();
    put(&mut longer, "/objects/0/include", json!(["orders*", "*", "tm?"]));
    assert_eq!(
        told(&most(), &longer),
        [
            "objects[0].include[0]: was absent, is \"orders*\"",
            "objects[0].include[2]: was absent, is \"tm?\"",
        ]
    );
    let mut repeated = most();
    put(&mut repeated, "/objects/0/include", json!(["*", "*"]));
    assert_eq!(told(&most(), &repeated), ["objects[0].include: was [\"*\"], is [\"*\",\"*\"]"]);
}
