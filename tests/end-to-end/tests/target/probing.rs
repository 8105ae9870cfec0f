//! The probe against a target that behaves in every way the documentation leaves open: the answers.
//!
//! Each case names what differs from the stand-in as it is without switches; all other answers must stay as they were.

use std::time::{Duration, Instant};

use migration::capabilities::{Capabilities, EqualStamps, Measured};
use migration::port::TargetProbe;
use migration::run::RunId;
use migration::statement_form::{StampForm, TimeoutHint};

use super::stand::{Stand, database};

pub(super) fn run() -> RunId {
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff".parse().expect("a run id")
}

pub(super) async fn probed(stand: &Stand) -> Capabilities {
    stand.target.probe(run(), &database()).await.expect("the probe ends")
}

/// What the stand-in shows without switches, as far as no clock has a say in it.
pub(super) fn usual() -> Capabilities {
    Capabilities { null_rows: Measured::No, multi_row_delete: Measured::No, ..Capabilities::all_shown() }
}

/// The answers without what depends on the speed of this machine.
pub(super) fn timeless(found: Capabilities) -> Capabilities {
    assert!(found.clock_spread.is_some_and(|spread| spread < Duration::from_secs(2)), "{found:?}");
    let usual = usual();
    Capabilities { clock_spread: usual.clock_spread, upsert_after_delete: usual.upsert_after_delete, ..found }
}

/// An open answer as it is; its words are judged where a person reads them.
fn open(answer: &Measured) -> Measured {
    assert!(matches!(answer, Measured::Inconclusive { .. }), "{answer:?}");
    answer.clone()
}

pub(super) async fn case(assumptions: &[&str], expected: impl FnOnce(&Capabilities, &mut Capabilities)) {
    let stand = Stand::with(assumptions).await;
    let found = timeless(probed(&stand).await);
    let mut other = usual();
    expected(&found, &mut other);
    assert_eq!(found, other, "{assumptions:?}");
}

#[tokio::test]
async fn without_switches_every_question_has_its_answer_and_quickly() {
    let stand = Stand::new().await;
    let begun = Instant::now();
    let found = probed(&stand).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(timeless(found), usual());
}

#[tokio::test]
async fn what_decides_nothing_else_changes_no_other_answer() {
    case(&["null_row=exists"], |_, usual| usual.null_rows = Measured::Yes).await;
    case(&["names=documented"], |_, usual| usual.odd_names = Measured::No).await;
    case(&["timeout_on_delete=refused"], |_, usual| usual.delete_timeout_hint = Measured::No).await;
    case(&["timeout_on_delete=ignored"], |found, usual| {
        usual.delete_timeout_hint = open(&found.delete_timeout_hint);
        assert_eq!(found.statement_form().delete_timeout, TimeoutHint::Left);
    })
    .await;
    case(&["multi_row_delete=accepted"], |_, usual| usual.multi_row_delete = Measured::Yes).await;
    for irrelevant in ["delete_affected=zero", "equal_to_marker=shown", "escapes=off", "chatter=refused"] {
        case(&[irrelevant], |_, _| {}).await;
    }
}

#[tokio::test]
async fn the_rule_for_equal_stamps_is_told_and_nothing_rests_on_it() {
    case(&["equal_stamp=first_wins"], |_, usual| usual.equal_stamps = EqualStamps::FirstWins).await;
    case(&["equal_stamp=value_order"], |_, usual| usual.equal_stamps = EqualStamps::GreaterWins).await;
}

#[tokio::test]
async fn a_null_that_is_ignored_removes_nothing_and_one_that_removes_once_hides_nothing() {
    case(&["null_write=ignored"], |found, usual| {
        usual.null_removes = Measured::No;
        usual.null_hides_later_arrivals = Measured::No;
        // The row that was there stays, so the ways to a row of only NULLs disagree.
        usual.null_rows = open(&found.null_rows);
    })
    .await;
    case(&["null_write=removes_once"], |_, usual| usual.null_hides_later_arrivals = Measured::No).await;
    case(&["null_write=refused"], |_, usual| {
        usual.null_taken = Measured::No;
        usual.null_removes = Measured::No;
        usual.null_hides_later_arrivals = Measured::No;
        usual.null_rows = Measured::No;
    })
    .await;
}

#[tokio::test]
async fn a_stamp_is_carried_by_the_form_that_carries_it() {
    for assumption in ["stamp_column=ignored", "stamp_column=refused"] {
        case(&[assumption], |found, usual| {
            usual.stamp_column = found.stamp_column.clone();
            assert!(!found.stamp_column.is_shown() && found.stamped(), "{assumption}");
        })
        .await;
    }
    for assumption in ["stamp_hint=ignored", "stamp_hint=refused"] {
        case(&[assumption], |found, usual| {
            usual.stamp_hint = found.stamp_hint.clone();
            assert!(!found.stamp_hint.is_shown() && found.stamped(), "{assumption}");
            assert_eq!(found.statement_form().stamp, StampForm::Column);
        })
        .await;
    }
}

#[tokio::test]
async fn where_no_row_can_be_stamped_what_rests_on_stamps_is_open() {
    case(&["stamp_hint=ignored", "stamp_column=ignored"], |found, usual| {
        usual.stamp_hint = Measured::No;
        usual.stamp_column = Measured::No;
        usual.delete_hides_later_arrivals = open(&found.delete_hides_later_arrivals);
        usual.null_hides_later_arrivals = open(&found.null_hides_later_arrivals);
        assert!(matches!(found.equal_stamps, EqualStamps::Inconclusive { .. }));
        usual.equal_stamps = found.equal_stamps.clone();
        assert!(!found.stamped() && !found.null_erases());
    })
    .await;
}

#[tokio::test]
async fn a_delete_that_hides_only_what_has_arrived_makes_stamps_useless() {
    case(&["delete_marker=hides_present"], |found, usual| {
        usual.delete_hides_later_arrivals = Measured::No;
        assert!(found.takes_stamps() && !found.stamped());
    })
    .await;
}

#[tokio::test]
async fn the_most_rows_of_a_statement_are_found_whatever_the_number_of_the_refusal() {
    for (limit, rows) in [("50", 50), ("10", 10), ("1", 1)] {
        for code in ["over_limit_code=8008", "over_limit_code=1153"] {
            let limit = format!("rows_per_statement={limit}");
            case(&[&limit, code], |_, usual| usual.statement_rows = Some(rows)).await;
        }
    }
}

#[tokio::test]
async fn an_upsert_behind_a_delete_is_lost_only_where_the_marker_wins_a_tie() {
    let shown = probed(&Stand::with(&["equal_to_marker=shown"]).await).await;
    assert_eq!(shown.upsert_after_delete, Measured::Yes);
    let hidden = probed(&Stand::with(&["equal_to_marker=hidden"]).await).await;
    let is_open = matches!(hidden.upsert_after_delete, Measured::Inconclusive { .. });
    assert!(!is_open, "{hidden:?}");
}
