//! Stamps, delete markers and outcomes of the target in memory.

use std::time::Duration;

use futures_util::FutureExt;
use memory::{Call, Fault, MemoryTarget, Platform};
use migration::limits::STATEMENT_TIMEOUT;
use migration::port::{Clock, PortError, Sink, TargetCatalog, WriteBatch, WriteOutcome};
use migration::retry::{Effect, Retry};
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::{Refusal, TargetRow, TargetValue};
use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};

use crate::shop::{mapping, target_row};

fn target(platform: &Platform) -> MemoryTarget {
    let target = MemoryTarget::new(platform.clock.clone(), platform.faults.clone());
    target.add_table(mapping().target);
    target
}

fn write(
    target: &MemoryTarget,
    stamp: Option<UnixMs>,
    rows: Vec<TargetRow>,
) -> Result<WriteOutcome, PortError> {
    let table = mapping();
    target
        .write(WriteBatch { table: &table, stamp, form: StatementForm::documented(), rows }, UnixMs(u64::MAX))
        .now_or_never()
        .unwrap()
}

fn names(target: &MemoryTarget) -> Vec<String> {
    let rows = target.rows(&mapping().target.id);
    let mut names: Vec<String> = rows.iter().map(|row| format!("{:?}", row.get("name"))).collect();
    names.sort_unstable();
    names
}

#[derive(Debug, Clone)]
enum Step {
    Write { stamp: u64 },
    Delete,
}

proptest! {
    #[test]
    fn the_greatest_stamp_wins_and_a_delete_hides_what_is_not_newer(
        steps in proptest::collection::vec(prop_oneof![4 => (0_u64..2_000).prop_map(|stamp| Step::Write { stamp }), 1 => Just(Step::Delete)], 1..20),
    ) {
        let platform = Platform::stepped();
        let target = target(&platform);
        let start = platform.clock.now().0 - 1_000;
        let (mut newest, mut hidden) = (None::<u64>, 0);
        for step in steps {
            platform.clock.advance(Duration::from_millis(100));
            match step {
                Step::Write { stamp } => {
                    let stamp = start + stamp;
                    let row = target_row(1, Some(&stamp.to_string()), None);
                    write(&target, Some(UnixMs(stamp)), vec![row]).unwrap();
                    newest = newest.max(Some(stamp));
                }
                Step::Delete => {
                    target.delete_row(&mapping().target.id, &[TargetValue::Int(1)]);
                    hidden = platform.clock.now().0;
                }
            }
            let seen = newest.filter(|newest| *newest > hidden);
            let found = target.rows(&mapping().target.id);
            let found: Vec<Option<&TargetValue>> = found.iter().map(|row| row.get("name")).collect();
            let expected = seen.map(|stamp| TargetValue::Text(stamp.to_string()));
            prop_assert_eq!(found, expected.iter().map(Some).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_row_of_nulls_exists_only_where_the_probe_says_so() {
    let platform = Platform::automatic();
    let target = target(&platform);
    write(&target, None, vec![target_row(1, None, None)]).unwrap();
    let is_empty = || target.is_empty(&mapping().target.id).now_or_never().unwrap().unwrap();
    assert!(!is_empty());
    target.set_capabilities(|capabilities| capabilities.null_rows = migration::capabilities::Measured::No);
    assert!(is_empty());
}

#[test]
fn a_refused_row_is_named_and_the_others_are_written() {
    let platform = Platform::automatic();
    let target = target(&platform);
    let refused = Refusal::Target { code: 1406 };
    target.refuse_rows(move |_, row| (row.first() == Some(&TargetValue::Int(2))).then_some(refused));
    let rows = (1..=3).map(|id| target_row(id, Some("x"), None)).collect();
    let outcome = write(&target, None, rows).unwrap();
    let rejected: Vec<(usize, Refusal)> =
        outcome.rejected.into_iter().map(|row| (row.index, row.refusal)).collect();
    assert_eq!(rejected, [(1, refused)]);
    assert_eq!(names(&target).len(), 2);
}

#[test]
fn a_late_write_appears_after_its_error_once_time_has_passed() {
    let platform = Platform::stepped();
    let target = target(&platform);
    platform.faults.next(Call::Write, Fault::Late(Duration::from_secs(4)));
    let error = write(&target, None, vec![target_row(1, Some("x"), None)]).unwrap_err();
    assert_eq!(error.effect, Effect::Unknown);
    assert_eq!(names(&target).len(), 0);
    platform.clock.advance(Duration::from_secs(4));
    assert_eq!(names(&target).len(), 1);
}

#[test]
fn half_a_batch_may_be_written_under_an_unknown_outcome() {
    let platform = Platform::automatic();
    let target = target(&platform);
    platform.faults.next(Call::Write, Fault::Half);
    let rows = (1..=4).map(|id| target_row(id, Some("x"), None)).collect();
    let error = write(&target, None, rows).unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Now, Effect::Unknown));
    assert_eq!(names(&target).len(), 2);
}

#[test]
fn nothing_is_sent_that_would_not_be_settled_in_time() {
    let platform = Platform::automatic();
    let target = target(&platform);
    let table = mapping();
    let batch = WriteBatch {
        table: &table,
        stamp: None,
        form: StatementForm::documented(),
        rows: vec![target_row(1, Some("x"), None)],
    };
    let settled_by = UnixMs(platform.clock.now().plus(STATEMENT_TIMEOUT).0 - 1);
    let error = target.write(batch, settled_by).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.effect, Effect::None);
    assert_eq!(names(&target).len(), 0);
}
