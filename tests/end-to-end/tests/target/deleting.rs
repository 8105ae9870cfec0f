//! Deleting by whole keys: many at once, in each form, and with an answer lost.

use migration::limits::DDL_TIMEOUT;
use migration::port::{DeleteBatch, Deleter};
use migration::retry::Effect;
use migration::statement_form::{Escaping, StatementForm, TimeoutHint, ValueForm};
use migration::time::UnixMs;
use migration::value::TargetRow;

use super::lost_answers::behind_a_line;
use super::stand::{Stand, in_a_minute, now, plain, row};

fn keys(ids: impl IntoIterator<Item = i64>) -> Vec<TargetRow> {
    ids.into_iter().map(|id| row(id, "")[..1].to_vec()).collect()
}

#[tokio::test]
async fn keys_are_deleted_in_every_form_whether_or_not_a_row_is_there() {
    let documented = StatementForm::documented();
    let literal = ValueForm::Literal { escaping: Escaping::QuotesDoubled };
    for (form, assumed) in [
        (documented, vec![]),
        (StatementForm { values: literal, ..documented }, vec!["bind_values=refused"]),
        (
            StatementForm { delete_timeout: TimeoutHint::Left, ..documented },
            vec!["timeout_on_delete=refused"],
        ),
    ] {
        let (stand, mapping) = (Stand { form, ..Stand::with(&assumed).await }, plain("t"));
        stand.create(&mapping).await;
        stand.write(&mapping, None, (0..500).map(|id| row(id, "x")).collect()).await;
        let batch = DeleteBatch { table: &mapping, form, keys: keys((0..600).filter(|id| id % 5 != 0)) };
        stand.target.delete(batch, now().plus(DDL_TIMEOUT * 2)).await.unwrap();
        let left: Vec<TargetRow> = (0..500).filter(|id| id % 5 == 0).map(|id| row(id, "x")).collect();
        assert_eq!(stand.all(&mapping).await, left);
    }
}

#[tokio::test]
async fn a_key_without_a_row_is_hidden_from_a_copied_row_that_comes_later() {
    let (stand, mapping) = (Stand::new().await, plain("t"));
    stand.create(&mapping).await;
    let before = now();
    let batch = DeleteBatch { table: &mapping, form: stand.form, keys: keys([1, 2]) };
    stand.target.delete(batch, in_a_minute()).await.unwrap();
    stand.write(&mapping, Some(UnixMs(before.0 - 1_000)), vec![row(1, "x"), row(3, "x")]).await;
    assert_eq!(stand.all(&mapping).await, [row(3, "x")]);
}

#[tokio::test]
async fn nothing_is_sent_whose_time_would_pass_the_end() {
    let (stand, mapping) = (Stand::new().await, plain("t"));
    stand.create(&mapping).await;
    stand.write(&mapping, None, vec![row(1, "x")]).await;
    for (hint, left) in [(TimeoutHint::Given, 4), (TimeoutHint::Left, 119)] {
        let form = StatementForm { delete_timeout: hint, ..stand.form };
        let batch = DeleteBatch { table: &mapping, form, keys: keys([1]) };
        let settled_by = now().plus(std::time::Duration::from_secs(left));
        let error = stand.target.delete(batch, settled_by).await.unwrap_err();
        assert!(error.is_transient() && error.effect == Effect::None, "{error}");
    }
    assert_eq!(stand.all(&mapping).await, [row(1, "x")]);
}

#[tokio::test]
async fn a_deletion_cut_off_without_time_to_wait_leaves_its_outcome_open() {
    let stand = Stand::new().await;
    let (mapping, (line, target)) = (plain("t"), behind_a_line(&stand).await);
    stand.create(&mapping).await;
    stand.write(&mapping, None, (0..50).map(|id| row(id, "x")).collect()).await;
    line.lose_answers(1);
    let settled_by = now().plus(std::time::Duration::from_secs(8));
    let batch = DeleteBatch { table: &mapping, form: stand.form, keys: keys(0..50) };
    let error = target.delete(batch, settled_by).await.unwrap_err();
    assert!(error.is_transient() && error.effect == Effect::Unknown, "{error}");
}
