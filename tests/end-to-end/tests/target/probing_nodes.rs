//! The probe against a target of several nodes, whose clocks differ or step back and which learn of tables late, and against
//! one that is in trouble.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lindorm::Target;
use migration::capabilities::{Capabilities, Measured};
use migration::port::{TargetCatalog, TargetProbe};
use migration::statement_form::StatementForm;
use servers::LindormLocal;

use super::probing::{probed, run, timeless, usual};
use super::stand::{Stand, database, settings};

async fn stand(arguments: &[&str]) -> Stand {
    on(LindormLocal::start(arguments.iter().copied()).expect("the stand-in starts")).await
}

async fn on(server: LindormLocal) -> Stand {
    let target = Target::connect(settings(&server)).await.expect("the target connects");
    target.create_database(&database()).await.expect("the database is created");
    Stand { server, target, form: StatementForm::documented() }
}

#[tokio::test]
async fn the_spread_of_the_nodes_clocks_is_seen_and_changes_no_other_answer() {
    let found = probed(&stand(&["--node-skew", "0ms,40ms,-25ms"]).await).await;
    let spread = found.clock_spread.expect("the clocks are read");
    assert!((65..1_000).contains(&spread.as_millis()), "{spread:?}");
    assert_eq!(timeless(found), usual());
}

#[tokio::test]
async fn nodes_that_differ_by_more_than_any_margin_still_have_clocks() {
    let found = probed(&stand(&["--node-skew", "0ms,20s"]).await).await;
    let spread = found.clock_spread.expect("the clocks are read");
    assert!((20_000..22_000).contains(&spread.as_millis()), "{spread:?}");
    assert_eq!(
        Capabilities { clock_spread: usual().clock_spread, ..found.clone() },
        Capabilities { upsert_after_delete: found.upsert_after_delete, ..usual() }
    );
}

/// What is found while the clock steps by this much again and again. Every statement takes a while, so that the clock steps
/// between any two however little time this machine has for it.
fn found_stepping(step: &str) -> Capabilities {
    let pause = Duration::from_millis(5);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let server = LindormLocal::start_controlled([""; 0]).expect("the stand-in starts");
    let stand = runtime.block_on(on(server));
    stand.server.command("set stall delay=15ms").expect("the fault is set");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                stand.server.command(&format!("clock 0 {step}")).expect("the clock steps");
                std::thread::sleep(pause);
            }
        });
        let found = runtime.block_on(stand.target.probe(run(), &database()));
        over.store(true, Ordering::Relaxed);
        found.expect("the probe ends")
    })
}

#[test]
fn a_clock_that_steps_back_beyond_the_margin_is_none() {
    let found = found_stepping("-5s");
    assert!(matches!(found.clock, Measured::Inconclusive { .. }), "{found:?}");
    assert!(!found.stamped());
}

#[test]
fn a_clock_that_steps_back_a_little_is_one() {
    let found = found_stepping("-5ms");
    assert_eq!(found.clock, Measured::Yes);
    assert!(found.stamped());
}

#[tokio::test]
async fn tables_that_other_nodes_learn_of_late_change_no_answer() {
    let arguments = ["--node-skew", "0ms,0ms,0ms", "--assume", "schema_visibility=delayed"];
    let found = probed(&stand(&arguments).await).await;
    assert_eq!(timeless(found), usual());
}
#[tokio::test]
async fn a_target_that_is_full_or_busy_fails_the_probe_and_decides_nothing() {
    for fault in ["set full", "set limit"] {
        let stand = on(LindormLocal::start_controlled([""; 0]).expect("the stand-in starts")).await;
        stand.server.command(fault).expect("the fault is set");
        let failed = stand.target.probe(run(), &database()).await.expect_err("nothing can be written");
        assert!(failed.is_transient(), "{failed}");
        stand.server.command("clear all").expect("the fault is cleared");
        assert_eq!(timeless(probed(&stand).await), usual());
    }
}

async fn usual_under(fault: &str) {
    let stand = on(LindormLocal::start_controlled([""; 0]).expect("the stand-in starts")).await;
    stand.server.command(fault).expect("the fault is set");
    assert_eq!(timeless(probed(&stand).await), usual(), "{fault}");
}

#[tokio::test]
async fn limits_that_strike_now_and_then_change_no_answer() {
    usual_under("set limit every=7").await;
}

#[tokio::test]
async fn cut_lines_change_no_answer() {
    usual_under("set cut applied=all every=71 on=all").await;
}

#[tokio::test]
async fn writes_that_take_effect_after_their_timeout_change_no_answer() {
    usual_under("set timeout applied=later:300ms every=29").await;
}

#[tokio::test]
async fn an_error_nobody_explains_that_comes_now_and_then_changes_no_answer() {
    let table = "shop.ferry_probe_6f9619ff8b86d011b42d00cf4fc964ff";
    usual_under(&format!("set error code=1105 state=HY000 every=9 table={table}")).await;
}
