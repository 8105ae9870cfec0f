//! The probe with an account that may not do everything.

use lindorm::{Settings, Target};
use migration::capabilities::{Capabilities, Measured};
use migration::port::TargetProbe;

use super::probing::{run, timeless, usual};
use super::stand::{Stand, database, settings};

/// What an account with these rights on `shop` finds, and what it leaves there.
async fn found_with(stand: &Stand, rights: &str) -> (Capabilities, usize) {
    stand.run("CREATE USER clerk IDENTIFIED BY 'open sesame'").await;
    stand.run(&format!("GRANT {rights} ON DATABASE shop TO clerk")).await;
    let password = Some("open sesame".to_owned());
    let account = Settings { user: "clerk".to_owned(), password, ..settings(&stand.server) };
    let target = Target::connect(account).await.expect("the target connects");
    let found = target.probe(run(), &database()).await.expect("the probe ends");
    (found, stand.rows("SHOW TABLES").await.len())
}

#[tokio::test]
async fn an_account_that_may_not_make_tables_measures_nothing_and_says_why() {
    for denied in ["denied_statement=1227", "denied_statement=1045"] {
        let stand = Stand::with(&[denied]).await;
        let (found, tables) = found_with(&stand, "READ, WRITE").await;
        assert_eq!(found, Capabilities::unknown("the account may not create a table"));
        assert!(!found.stamped() && !found.null_erases());
        assert_eq!(tables, 0);
    }
}

#[tokio::test]
async fn an_account_that_may_not_write_has_no_clock() {
    let (found, _) = found_with(&Stand::new().await, "READ, ADMIN").await;
    assert!(!found.clock.is_shown() && !found.stamped() && found.statement_rows.is_none(), "{found:?}");
}

#[tokio::test]
async fn an_account_that_may_not_drop_tables_measures_everything_and_leaves_them() {
    let (found, tables) = found_with(&Stand::new().await, "READ, WRITE, ADMIN").await;
    let expected = Capabilities { table_dropped: Measured::No, ..usual() };
    assert_eq!((timeless(found), tables), (expected, 8));
}
