//! What becomes of messages of a standard queue: by timeouts, failures, responses; and how environments are used.

use std::time::Duration;

use crate::stage::{Stage, most_at_once};

const LONG: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_function_is_killed_at_its_timeout_and_its_message_comes_again_until_it_is_a_dead_letter() {
    let mut stage = Stage::new("timeouts", &[]).await;
    stage.send(&["hang", "ok"]).await;
    stage.cloud.start(LONG);
    stage.settled(1).await;
    let hangs = stage.notes_of("hang");
    let received: Vec<&str> = hangs.iter().filter_map(|note| note["received"].as_str()).collect();
    assert_eq!(received, ["1", "2", "3"]);
    assert!(hangs.iter().all(|note| (500..=1_000).contains(&note["left"].as_u64().unwrap())));
    assert_eq!(stage.counts().timeouts, 3);
    assert_eq!(stage.notes_of("ok").len(), 1);
    assert!(stage.log().contains("started"));
}

#[tokio::test]
async fn only_reported_messages_of_a_batch_come_again() {
    let mut stage = Stage::new("partial", &[("BatchSize", "10"), ("Window", "1"), ("Timeout", "2")]).await;
    stage.send(&["ok", "fail", "ok 1", "fail 1"]).await;
    stage.cloud.start(LONG);
    stage.settled(2).await;
    for (body, times) in [("ok", 1), ("ok 1", 1), ("fail", 3), ("fail 1", 3)] {
        assert_eq!(stage.notes_of(body).len(), times, "{body}");
    }
    assert!(stage.notes()[0]["of"].as_u64().unwrap() > 1, "the window gathers");
    assert_eq!(stage.counts().errors, 0);
}

#[tokio::test]
async fn a_mapping_that_does_not_ask_for_reports_deletes_what_was_reported() {
    let mut stage = Stage::new("unreported", &[("Reports", "false")]).await;
    stage.send(&["fail", "odd"]).await;
    stage.cloud.start(LONG);
    stage.settled(0).await;
    assert_eq!((stage.notes_of("fail").len(), stage.notes_of("odd").len()), (1, 1));
}

#[tokio::test]
async fn an_error_and_a_response_that_is_not_understood_fail_the_whole_batch() {
    let mut stage = Stage::new("whole", &[("BatchSize", "10"), ("Window", "1"), ("Timeout", "2")]).await;
    stage.send(&["ok", "odd"]).await;
    stage.cloud.start(LONG);
    stage.settled(2).await;
    assert_eq!((stage.notes_of("ok").len(), stage.notes_of("odd").len()), (3, 3));
}

#[tokio::test]
async fn an_environment_is_used_again_after_an_answer_and_never_after_its_process_ended() {
    let mut stage = Stage::new("reuse", &[]).await;
    stage.cloud.start(LONG);
    stage.send(&["ok"]).await;
    stage.settled(0).await;
    stage.send(&["error"]).await;
    stage.settled(1).await;
    let process = |body: &str| stage.notes_of(body)[0]["process"].as_u64().unwrap();
    let first = process("ok");
    assert!(stage.notes_of("error").iter().any(|note| note["process"] == first));
    assert_eq!(stage.counts().errors, 3);
    let starts = stage.counts().starts;
    stage.send(&["exit"]).await;
    stage.settled(2).await;
    let processes: std::collections::BTreeSet<u64> =
        stage.notes_of("exit").iter().filter_map(|note| note["process"].as_u64()).collect();
    assert_eq!(processes.len(), 3);
    assert_eq!(stage.counts().exits, 3);
    assert!(stage.counts().starts > starts);
}

#[tokio::test]
async fn an_environment_is_frozen_between_invocations_as_long_as_nobody_needs_it() {
    let mut stage = Stage::new("frozen", &[]).await;
    stage.cloud.start(LONG);
    stage.send(&["ok"]).await;
    stage.settled(0).await;
    let process = stage.notes_of("ok")[0]["process"].as_u64().unwrap();
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    assert_eq!(state.rsplit(')').next().unwrap().trim_start().chars().next(), Some('T'));
    stage.send(&["ok 1"]).await;
    stage.settled(0).await;
    assert_eq!(stage.notes_of("ok 1")[0]["process"].as_u64(), Some(process));
}

#[tokio::test]
async fn no_more_batches_are_under_way_than_the_mapping_allows() {
    let mut stage = Stage::new("bounded", &[("Concurrency", "2")]).await;
    stage.send(&["ok 300"; 6]).await;
    stage.cloud.start(LONG);
    stage.settled(0).await;
    let notes = stage.notes_of("ok 300");
    assert_eq!(notes.len(), 6);
    assert_eq!(most_at_once(&notes), 2);
}

#[tokio::test]
async fn a_schedule_invokes_the_function_with_its_input_at_every_tick() {
    let mut stage = Stage::new("ticking", &[]).await;
    stage.cloud.start(Duration::from_millis(200));
    let ticks = || stage.notes().iter().filter(|note| note["event"]["kind"] == "tick").count();
    for _ in 0..100 {
        if ticks() >= 3 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} ticks", ticks());
}
