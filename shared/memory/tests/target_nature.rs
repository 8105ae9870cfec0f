//! The target's open questions, answered one way and the other.

use std::time::Duration;

use futures_util::FutureExt;
use memory::{Call, Fault, MemoryTarget, Nature, Nulls, Platform, Ties};
use migration::port::{Clock, DeleteBatch, Deleter, Sink, WriteBatch};
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::TargetValue;

use crate::shop::{mapping, target_row};

const EVER: UnixMs = UnixMs(u64::MAX);

fn target(platform: &Platform, nature: Nature) -> MemoryTarget {
    let target = MemoryTarget::new(platform.clock.clone(), platform.faults.clone());
    target.add_table(mapping().target);
    target.set_nature(nature, 7);
    target
}

fn write(target: &MemoryTarget, stamp: Option<UnixMs>, name: Option<&str>, note: Option<&str>) -> bool {
    let table = mapping();
    let rows = vec![target_row(1, name, note)];
    let batch = WriteBatch { table: &table, stamp, form: StatementForm::documented(), rows };
    target.write(batch, EVER).now_or_never().unwrap().is_ok()
}

fn delete(target: &MemoryTarget) -> bool {
    let table = mapping();
    let keys = vec![vec![TargetValue::Int(1)]];
    let batch = DeleteBatch { table: &table, form: StatementForm::documented(), keys };
    target.delete(batch, EVER).now_or_never().unwrap().is_ok()
}

fn name(target: &MemoryTarget) -> Option<String> {
    let rows = target.rows(&mapping().target.id);
    rows.first().map(|row| match row.get("name") {
        Some(TargetValue::Text(text)) => text.clone(),
        _ => String::new(),
    })
}

#[test]
fn a_null_is_ignored_or_removes_or_hides_what_arrives_late() {
    let cases = [(Nulls::Ignored, "new", "new"), (Nulls::Removes, "", "old"), (Nulls::Hides, "", "")];
    for (nulls, at_once, late) in cases {
        let platform = Platform::stepped();
        let target = target(&platform, Nature { nulls, ..Nature::default() });
        let old = platform.clock.now();
        write(&target, Some(old.plus(Duration::from_millis(1))), Some("new"), None);
        write(&target, Some(old.plus(Duration::from_millis(2))), None, None);
        assert_eq!(name(&target).as_deref(), Some(at_once));
        write(&target, Some(old), Some("old"), None);
        assert_eq!(name(&target).as_deref(), Some(late), "{nulls:?}");
    }
}

#[test]
fn equal_stamps_are_told_apart_by_the_rule_given() {
    for (ties, wins) in [(Ties::Later, "a"), (Ties::First, "b"), (Ties::Greater, "b"), (Ties::Lesser, "a")] {
        let platform = Platform::stepped();
        let target = target(&platform, Nature { ties, ..Nature::default() });
        write(&target, None, Some("b"), None);
        write(&target, None, Some("a"), None);
        assert_eq!(name(&target).as_deref(), Some(wins));
    }
}

#[test]
fn compaction_lets_a_late_write_come_up() {
    let platform = Platform::stepped();
    let target = target(&platform, Nature::default());
    let old = platform.clock.now();
    platform.clock.advance(Duration::from_secs(1));
    delete(&target);
    write(&target, Some(old), Some("late"), None);
    assert_eq!(name(&target), None);
    target.compact(Duration::ZERO);
    write(&target, Some(old), Some("late"), None);
    assert_eq!(name(&target).as_deref(), Some("late"));
}

#[test]
fn any_node_may_stamp_what_it_carries_out() {
    let platform = Platform::stepped();
    let target = target(&platform, Nature { nodes: vec![-50, 50], ..Nature::default() });
    let mut lost = 0;
    for _ in 0..50 {
        write(&target, None, Some("before"), None);
        platform.clock.advance(Duration::from_millis(1));
        delete(&target);
        platform.clock.advance(Duration::from_millis(1));
        write(&target, None, Some("after"), None);
        lost += u32::from(name(&target).is_none());
        platform.clock.advance(Duration::from_secs(1));
    }
    assert!((5..45).contains(&lost), "{lost}");
}

#[test]
fn a_late_statement_is_stamped_when_it_lands_and_in_its_turn() {
    let platform = Platform::stepped();
    let target = target(&platform, Nature::default());
    platform.faults.next(Call::Write, Fault::Late(Duration::from_secs(2)));
    platform.faults.next(Call::DeleteRows, Fault::Late(Duration::from_secs(1)));
    assert!(!write(&target, None, Some("late"), None) && !delete(&target));
    assert!(write(&target, None, Some("early"), None));
    assert_eq!(name(&target).as_deref(), Some("early"));
    platform.clock.advance(Duration::from_secs(1));
    assert_eq!(name(&target), None);
    platform.clock.advance(Duration::from_secs(1));
    assert_eq!(name(&target).as_deref(), Some("late"));
}
