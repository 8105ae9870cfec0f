//! Writes whose answer is lost: the outcome is open until the statement's own timeout has run out.

use std::time::Duration;

use lindorm::{Settings, Target};
use migration::limits::STATEMENT_TIMEOUT;
use migration::port::{Sink, WriteBatch};
use migration::retry::Effect;
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::TargetRow;

use super::line::Line;
use super::stand::{Stand, in_a_minute, now, plain, row, settings};

/// A target whose connections run over a line.
pub(crate) async fn behind_a_line(stand: &Stand) -> (Line, Target) {
    let line = Line::to(&stand.server).await;
    let through = Settings { port: line.port, ..settings(&stand.server) };
    let target = Target::connect(through).await.expect("the target connects");
    (line, target)
}

#[tokio::test]
async fn a_stamped_write_is_sent_again_at_once_because_it_cannot_overtake_itself() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    line.lose_answers(3);
    let begun = now();
    let rows: Vec<TargetRow> = (0..700).map(|id| row(id, "x")).collect();
    let batch = WriteBatch {
        table: &mapping,
        stamp: Some(begun),
        form: StatementForm::documented(),
        rows: rows.clone(),
    };
    target.write(batch, in_a_minute()).await.unwrap();
    assert!(begun.until(now()) < STATEMENT_TIMEOUT);
    assert_eq!(stand.all(&mapping).await, rows);
}

#[tokio::test]
async fn an_unstamped_write_of_unknown_outcome_waits_until_it_can_no_longer_take_effect() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    line.lose_answers(1);
    let begun = now();
    let batch = WriteBatch {
        table: &mapping,
        stamp: None,
        form: StatementForm::documented(),
        rows: vec![row(1, "x")],
    };
    target.write(batch, in_a_minute()).await.unwrap();
    assert!(begun.until(now()) >= STATEMENT_TIMEOUT);
    let stamps = stand.rows("SELECT /*+ _l_versions_(1) */ v, v_l_ts FROM t").await;
    let stamp: u64 = stamps[0].get(1).unwrap();
    assert!(UnixMs(stamp) >= begun.plus(STATEMENT_TIMEOUT));
}

#[tokio::test]
async fn an_unstamped_write_whose_wait_would_pass_the_end_is_returned_with_its_outcome_open() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    line.lose_answers(1);
    let begun = now();
    let batch = WriteBatch {
        table: &mapping,
        stamp: None,
        form: StatementForm::documented(),
        rows: vec![row(1, "x")],
    };
    let settled_by = begun.plus(STATEMENT_TIMEOUT * 2 - Duration::from_secs(1));
    let error = target.write(batch, settled_by).await.unwrap_err();
    assert!(error.is_transient() && error.effect == Effect::Unknown);
    assert!(begun.until(now()) < STATEMENT_TIMEOUT);
    assert_eq!(stand.all(&mapping).await, [row(1, "x")]);
}

#[tokio::test]
async fn a_deletion_whose_answer_is_lost_waits_like_a_write() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    stand.write(&mapping, None, vec![row(1, "x"), row(2, "x")]).await;
    line.lose_answers(1);
    let begun = now();
    target.delete_row(&mapping, &row(1, "")[..1], stand.form, in_a_minute()).await.unwrap();
    assert!(begun.until(now()) >= STATEMENT_TIMEOUT);
    assert_eq!(stand.all(&mapping).await, [row(2, "x")]);
}

#[tokio::test]
async fn a_read_whose_answer_is_lost_is_asked_again() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    stand.write(&mapping, None, vec![row(1, "x")]).await;
    line.lose_answers(2);
    let found = target.read_rows(&mapping, &[row(1, "")[..1].to_vec()], stand.form).await.unwrap();
    assert_eq!(found, [Some(row(1, "x"))]);
}
