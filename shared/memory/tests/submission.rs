//! A document starts one run, whoever submits it and whatever happens meanwhile.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use memory::{Faults, ManualClock, MemoryTable, Yielding, finish};
use migration::port::CheckpointTable;
use migration::record::{self, TaskHead};
use migration::run::{Event, Run, RunId};
use migration::submission::{self, Authorities, SubmitError, Submitted, authority, refusal};
use migration::task::Task;
use migration::time::UnixMs;
use proptest::prelude::{Just, ProptestConfig, any, prop, prop_oneof, proptest};
use proptest::prop_assert_eq;
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: UnixMs = UnixMs(7);
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

fn document(labels: &Value, tables: usize) -> Value {
    let table = |number| json!({ "table": format!("t{number}"), "columns": { "rename": { "a": format!("b{number}") } } });
    json!({
        "name": "shop",
        "source": { "host": "h", "user": "u" },
        "target": { "host": "h", "user": "u" },
        "migration": "full",
        "objects": [{ "database": "shop", "tables": (0..tables).map(table).collect::<Vec<_>>() }],
        "labels": labels,
    })
}

fn task(document: &Value) -> Task {
    Task::parse(document).expect("a valid document")
}

fn plain(label: &str) -> Task {
    task(&document(&json!({ "mark": label }), 0))
}

fn table() -> MemoryTable {
    MemoryTable::new(Faults::new(ManualClock::automatic(NOW)))
}

fn id(number: u128) -> RunId {
    RunId(Uuid::from_u128(number))
}

fn submit(records: &impl CheckpointTable, number: u128, task: &Task) -> Result<Submitted, SubmitError> {
    finish(submission::submit(records, NOW, id(number), task, &Authorities::default()))
}

fn run_of(submitted: &Submitted) -> &Run {
    match submitted {
        Submitted::Started { run, .. } | Submitted::Known(run) => run,
    }
}

fn stored(records: &impl CheckpointTable) -> Task {
    let head = finish(record::must_load::<TaskHead>(records, &record::head("shop"))).expect("a head");
    finish(submission::load_document(records, &head.value)).expect("a document")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_document_comes_back_equal(
        labels in prop::collection::btree_map("[a-z]{1,8}", ".{0,200}", 0..40),
        tables in prop_oneof![0..40_usize, 400..900_usize],
    ) {
        let (records, task) = (table(), task(&document(&json!(labels), tables)));
        submit(&records, 1, &task).expect("stored");
        prop_assert_eq!(stored(&records), task);
    }

    #[test]
    fn of_two_submitters_at_once_one_starts_a_run_and_the_other_finds_it(
        order in prop::collection::vec(any::<bool>(), 40),
        tables in prop_oneof![Just(0_usize), Just(600)],
    ) {
        let records = table();
        let task = task(&document(&json!({}), tables));
        let each = Yielding::new(records.clone());
        let authorities = Authorities::default();
        let mut one = pin!(submission::submit(&each, NOW, id(1), &task, &authorities));
        let mut other = pin!(submission::submit(&each, NOW, id(2), &task, &authorities));
        let mut context = Context::from_waker(Waker::noop());
        let (mut first, mut second) = (None, None);
        for turn in order.into_iter().chain([true; 40]).chain([false; 40]) {
            if turn && first.is_none() {
                if let Poll::Ready(ended) = one.as_mut().poll(&mut context) { first = Some(ended); }
            } else if !turn && second.is_none()
                && let Poll::Ready(ended) = other.as_mut().poll(&mut context) { second = Some(ended); }
        }
        let ended = [first, second].map(|ended| ended.expect("both end").expect("nothing fails"));
        let started = ended.iter().filter(|ended| matches!(ended, Submitted::Started { .. })).count();
        prop_assert_eq!(started, 1);
        prop_assert_eq!(run_of(&ended[0]), run_of(&ended[1]));
        prop_assert_eq!(&stored(&records), &task);
    }
}

#[test]
fn ten_thousand_tables_with_entries_of_their_own_fit() {
    let columns: Vec<String> = (0..60).map(|column| format!("a_column_with_a_long_name_{column}")).collect();
    let tables: Vec<Value> = (0..10_000)
        .map(|number| json!({ "table": format!("t{number}"), "columns": { "exclude": columns } }))
        .collect();
    let mut document = document(&json!({}), 0);
    document["objects"][0]["tables"] = Value::from(tables);
    assert!(document.to_string().len() > 16 << 20);
    let (records, task) = (table(), task(&document));
    submit(&records, 1, &task).expect("stored");
    assert_eq!(stored(&records), task);
    assert!(matches!(submit(&records, 2, &task), Ok(Submitted::Known(run)) if run.id == id(1)));
}

#[test]
fn a_submitter_that_dies_in_front_of_any_call_harms_nothing() {
    let task = task(&document(&json!({}), 800));
    for deaths in 0.. {
        let records = table();
        let each = Yielding::new(records.clone());
        let authorities = Authorities { source: Some(CERTIFICATE.to_owned()), target: None };
        let mut context = Context::from_waker(Waker::noop());
        let has_ended = {
            let mut dying = pin!(submission::submit(&each, NOW, id(1), &task, &authorities));
            (0..=deaths).any(|_| dying.as_mut().poll(&mut context).is_ready())
        };
        let found = finish(submission::submit(&records, NOW, id(2), &task, &authorities)).expect("submitted");
        assert_eq!(stored(&records), task);
        let run = run_of(&found).id;
        assert_eq!(finish(authority::load(&records, run)).expect("loaded"), authorities);
        if has_ended {
            assert_eq!(run, id(1));
            return;
        }
    }
}

#[test]
fn the_same_document_is_known_and_nothing_is_resumed() {
    let records = table();
    submit(&records, 1, &plain("a")).expect("started");
    let key = record::run(id(1));
    let found = finish(record::must_load::<Run>(&records, &key)).expect("a run");
    let (unchanged, mut run) = (found.unchanged(), found.value);
    run.step(Event::PausedByHand, "test", NOW).expect("a live run");
    finish(records.commit(vec![record::put(key, &run, unchanged)])).expect("stored");
    assert_eq!(submit(&records, 2, &plain("a")).expect("known"), Submitted::Known(run));
}

#[test]
fn another_document_replaces_a_run_until_it_has_passed_precheck() {
    let records = table();
    submit(&records, 1, &plain("a")).expect("started");
    let Ok(Submitted::Started { run, replaced: Some(replaced) }) = submit(&records, 2, &plain("b")) else {
        panic!("a mended document starts a run");
    };
    assert_eq!((run.id, replaced.run.id, &replaced.task), (id(2), id(1), &plain("a")));
    assert_eq!(stored(&records), plain("b"));

    let key = record::run(id(2));
    let found = finish(record::must_load::<Run>(&records, &key)).expect("a run");
    let (unchanged, mut run) = (found.unchanged(), found.value);
    for event in [Event::PrecheckStarted, Event::PrecheckPassed] {
        run.step(event, "test", NOW).expect("it passes");
    }
    finish(records.commit(vec![record::put(key, &run, unchanged)])).expect("stored");
    let refused = submit(&records, 3, &plain("c")).expect_err("rows may be written");
    assert_eq!(
        refused.faults().expect("a fault of the document"),
        [
            "task shop is planning with another document; give the changed task a new name, or undo the change:",
            "  labels.mark: was \"b\", is \"c\""
        ]
    );
    assert_eq!(stored(&records), plain("b"));
}

#[test]
fn authorities_are_renewed_by_the_same_document() {
    let records = table();
    let given = |text: &str| Authorities { source: None, target: Some(text.to_owned()) };
    let (old, new) = (given(CERTIFICATE), given(&CERTIFICATE.repeat(2)));
    let submit = |number, authorities| {
        finish(submission::submit(&records, NOW, id(number), &plain("a"), authorities)).expect("submitted")
    };
    submit(1, &old);
    assert!(matches!(submit(2, &new), Submitted::Known(run) if run.id == id(1)));
    assert_eq!(finish(authority::load(&records, id(1))).expect("loaded"), new);
    submit(3, &Authorities::default());
    assert_eq!(finish(authority::load(&records, id(1))).expect("loaded"), new);
}

#[test]
fn a_refusal_stands_until_a_document_is_accepted_in_its_place() {
    let records = table();
    let refuse = |place: &str, faults: Vec<String>| {
        finish(submission::refuse(&records, NOW, place, faults)).expect("recorded");
    };
    let places = || {
        let all = finish(refusal::load_all(&records)).expect("loaded");
        all.into_iter().map(|(place, _)| place).collect::<Vec<_>>()
    };
    refuse("shop", vec!["migration: missing".to_owned()]);
    refuse("tasks/shop.yaml", vec!["x".repeat(1_000); 1_000]);
    assert_eq!(places(), ["shop", "tasks/shop.yaml"]);
    let all = finish(refusal::load_all(&records)).expect("loaded");
    assert_eq!(all[1].1.faults.last().map(String::as_str), Some("... and 956 more"));
    submit(&records, 1, &plain("a")).expect("started");
    assert_eq!(places(), ["tasks/shop.yaml"]);
    finish(submission::forget(&records, "tasks/shop.yaml")).expect("forgotten");
    assert_eq!(places(), Vec::<String>::new());
}
