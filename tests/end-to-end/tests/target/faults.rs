//! A target that dies, is late, or refuses: nothing is lost, nothing is sent too late, nothing is repeated for ever.

use std::time::Duration;

use lindorm::Target;
use migration::limits::STATEMENT_TIMEOUT;
use migration::port::{Sink, TargetCatalog, WriteBatch};
use migration::retry::{Effect, Retry};
use migration::statement_form::{Escaping, StatementForm, ValueForm};
use migration::value::TargetRow;
use servers::LindormLocal;

use super::stand::{Stand, in_a_minute, now, plain, row, settings};

#[tokio::test]
async fn a_target_that_restarts_between_two_batches_costs_a_reconnect() {
    let mut stand = Stand::new().await;
    let mapping = plain("t");
    stand.create(&mapping).await;
    stand.write(&mapping, Some(now()), (0..400).map(|id| row(id, "x")).collect()).await;
    stand.server.kill();
    stand.server.restart().unwrap();
    // The stand-in keeps nothing over a restart, so the schema is made again; the adapter's connections are all dead.
    stand.run_in_default("CREATE DATABASE shop").await;
    stand.create(&mapping).await;
    let rows: Vec<TargetRow> = (0..400).map(|id| row(id, "y")).collect();
    stand.write(&mapping, Some(now()), rows.clone()).await;
    assert_eq!(stand.all(&mapping).await, rows);
}

#[tokio::test]
async fn a_target_that_is_down_is_tried_until_the_time_for_sending_is_over() {
    let mut stand = Stand::new().await;
    let mapping = plain("t");
    stand.create(&mapping).await;
    stand.server.kill();
    let begun = now();
    let settled_by = begun.plus(STATEMENT_TIMEOUT).plus(Duration::from_secs(2));
    let batch = WriteBatch {
        table: &mapping,
        stamp: Some(begun),
        form: StatementForm::documented(),
        rows: vec![row(1, "x")],
    };
    let error = stand.target.write(batch, settled_by).await.unwrap_err();
    assert!(error.is_transient());
    assert!(now() < settled_by && begun.until(now()) > Duration::from_millis(500));
}

#[tokio::test]
async fn nothing_is_sent_whose_timeout_would_pass_the_end() {
    let stand = Stand::new().await;
    let mapping = plain("t");
    stand.create(&mapping).await;
    let batch = WriteBatch {
        table: &mapping,
        stamp: None,
        form: StatementForm::documented(),
        rows: vec![row(1, "x")],
    };
    let error = stand.target.write(batch, now().plus(STATEMENT_TIMEOUT / 2)).await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
    assert!(stand.all(&mapping).await.is_empty());
}

#[tokio::test]
async fn a_missing_table_goes_to_the_operator_without_a_second_try() {
    let stand = Stand::new().await;
    let begun = now();
    let rows = (0..300).map(|id| row(id, "x")).collect();
    let mapping = plain("missing");
    let batch = WriteBatch { table: &mapping, stamp: None, form: StatementForm::documented(), rows };
    let error = stand.target.write(batch, in_a_minute()).await.unwrap_err();
    assert_eq!((error.code, error.retry, error.effect), (Some(1146), Retry::Operator, Effect::None));
    assert_eq!(
        error.to_string(),
        "target: writing to shop.missing: error 1146 (42S02): the table is not there"
    );
    assert!(begun.until(now()) < Duration::from_secs(2));
}

#[tokio::test]
async fn a_stamp_an_index_forbids_is_an_error_of_the_statement_and_not_of_its_rows() {
    let stand = Stand::new().await;
    let mapping = plain("indexed");
    stand.create(&mapping).await;
    stand.run("CREATE INDEX by_v ON indexed (v)").await;
    let batch = WriteBatch {
        table: &mapping,
        stamp: Some(now()),
        form: StatementForm::documented(),
        rows: vec![row(1, "x"), row(2, "x")],
    };
    let error = stand.target.write(batch, in_a_minute()).await.unwrap_err();
    assert_eq!((error.code, error.retry), (Some(9001), Retry::Never));
}

#[tokio::test]
async fn a_cancelled_write_leaves_no_half_read_answer_behind() {
    let stand = Stand::new().await;
    let mapping = plain("t");
    stand.create(&mapping).await;
    let rows = || (0..5_000).map(|id| row(id, "x")).collect::<Vec<TargetRow>>();
    for micros in [50, 500, 2_000, 5_000, 10_000, 20_000] {
        let batch = WriteBatch {
            table: &mapping,
            stamp: Some(now()),
            form: StatementForm::documented(),
            rows: rows(),
        };
        let cut =
            tokio::time::timeout(Duration::from_micros(micros), stand.target.write(batch, in_a_minute()));
        let _ = cut.await;
        assert!(stand.target.read_rows(&mapping, &[vec![row(0, "")[0].clone()]], stand.form).await.is_ok());
    }
    stand.write(&mapping, Some(now()), rows()).await;
    assert_eq!(stand.all(&mapping).await.len(), 5_000);
}

#[tokio::test]
async fn what_a_target_says_of_itself_is_asked_again_after_a_fault_that_passes() {
    let server = LindormLocal::start_controlled(Vec::<String>::new()).unwrap();
    let target = Target::connect(settings(&server)).await.unwrap();
    for fault in ["cut", "timeout", "error"] {
        server.command(&format!("set {fault} on=other times=1")).unwrap();
    }
    assert_eq!(target.facts().await.unwrap().time_zone, "+08:00");
    assert_eq!(server.command("clear all").unwrap(), "cleared=3 struck=3");
}

#[tokio::test]
async fn a_session_that_was_not_told_of_backslashes_carries_no_text_written_for_it() {
    let server = LindormLocal::start_controlled([""; 0]).expect("the stand-in starts");
    let target = Target::connect(settings(&server)).await.expect("the target connects");
    target.create_database(&super::stand::database()).await.expect("the database is created");
    let values = ValueForm::Literal { escaping: Escaping::QuotesDoubled };
    let form = StatementForm { values, ..StatementForm::documented() };
    let stand = Stand { server, target, form };
    let mapping = plain("t");
    stand.create(&mapping).await;
    stand.server.command("set error code=1105 state=HY000 on=other").expect("the fault is set");
    let rows = || vec![row(1, r"C:\new\0")];
    let batch = WriteBatch { table: &mapping, stamp: None, form, rows: rows() };
    let error = stand.target.write(batch, in_a_minute()).await.expect_err("no session can be told");
    assert_eq!((error.code, error.effect), (Some(1105), Effect::None));
    stand.server.command("clear all").expect("the fault is cleared");
    stand.write(&mapping, None, rows()).await;
    assert_eq!(stand.all(&mapping).await, rows());
}
