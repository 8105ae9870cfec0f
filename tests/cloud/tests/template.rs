//! What is read from the template of this repository, and what is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use cloud::{Settings, Stack, read_template};
use serde_json::{Value, json};

const TEMPLATE: &str = include_str!("../../../template.yaml");

fn stack(parameters: &[(&str, &str)], mappings: Value) -> Stack {
    let parameters = parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Stack {
        name: "s".to_owned(),
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        queues: "http://127.0.0.1:1".to_owned(),
        parameters: parameters.collect(),
        mappings,
    }
}

fn visibilities(settings: &Settings) -> BTreeMap<&str, u64> {
    settings.queues.iter().map(|queue| (queue.name.as_str(), queue.visibility().as_secs())).collect()
}

#[test]
fn the_template_of_this_repository_is_understood() {
    let settings = read_template(TEMPLATE, &stack(&[], Value::Null)).unwrap();
    let mut binaries: Vec<&str> =
        settings.functions.iter().map(|function| function.binary.as_str()).collect();
    binaries.sort_unstable();
    assert_eq!(binaries, ["binlog-reader", "chunk-copier", "chunk-planner", "event-applier", "precheck"]);
    let applier = settings.functions.iter().find(|function| function.binary == "event-applier").unwrap();
    assert_eq!(applier.timeout, Duration::from_secs(30));
    assert_eq!(applier.environment["FERRY_TABLE"], "s-checkpoints");
    assert_eq!(applier.environment["FERRY_CHANGES_VISIBILITY_SECONDS"], "180");
    assert_eq!(applier.environment["FERRY_QUEUE_CHANGES"], "http://127.0.0.1:1/000000000000/s-changes.fifo");
    assert_eq!(settings.mappings.len(), 5);
    assert!(settings.mappings.iter().all(|mapping| mapping.reports_failures));
    let changes = settings.mappings.iter().find(|mapping| mapping.queue == "s-changes.fifo").unwrap();
    assert_eq!((changes.function.as_str(), changes.batch_size), ("s-event-applier", 10));
    assert_eq!(changes.maximum_concurrency, Some(16));
    assert_eq!((settings.queues.len(), settings.tables.len(), settings.buckets.len()), (10, 1, 1));
    assert_eq!(visibilities(&settings)["s-read"], 5_400);
    let ticks: Vec<_> = settings.functions.iter().flat_map(|function| &function.schedules).collect();
    assert_eq!(ticks.len(), 1);
    assert_eq!(ticks[0].every, Duration::from_mins(1));
}

#[test]
fn a_test_gives_shorter_timeouts_as_parameters() {
    let mappings = json!({"Timeout": {"5": {"Visibility": 30, "Late": 4_500}}});
    let settings = read_template(TEMPLATE, &stack(&[("CopierTimeout", "5")], mappings)).unwrap();
    let copier = settings.functions.iter().find(|function| function.binary == "chunk-copier").unwrap();
    assert_eq!(copier.timeout, Duration::from_secs(5));
    assert_eq!(visibilities(&settings)["s-copy"], 30);
}

#[test]
fn what_is_not_understood_is_refused() {
    let read = |text: &str| read_template(text, &stack(&[], Value::Null)).is_ok();
    assert!(read(TEMPLATE));
    for (was, is) in [
        ("Type: ScheduleV2", "Type: Kinesis"),
        ("      BatchSize: 10\n", "      BatchSize: 10\n      FilterCriteria: { Filters: [] }\n"),
        ("[ReportBatchItemFailures]", "[ReportEverything]"),
        ("      FifoQueue: true\n", "      FifoQueue: true\n      DelaySeconds: 5\n"),
        ("rate(1 minute)", "cron(0 12 * * ? *)"),
        ("!Ref ApplierTimeout\n", "!ImportValue ApplierTimeout\n"),
        ("AWS::Events::EventBus", "AWS::Pipes::Pipe"),
    ] {
        assert!(TEMPLATE.contains(was), "{was}");
        assert!(!read(&TEMPLATE.replacen(was, is, 1)), "{is}");
    }
}
