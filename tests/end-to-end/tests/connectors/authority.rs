//! A server whose certificate another authority signed is refused by every client: so "verified" above means something.

use mysql_async::{Conn, SslOpts};

use super::command_line::{mysql, verifying};
use super::interpreted::Script;
use super::stand::{PASSWORD, Stand, TABLES, Transport};

#[tokio::test]
async fn every_client_refuses_a_server_that_another_authority_signed() {
    let (stand, other) = (Stand::untouched(), Stand::untouched());
    let tls = SslOpts::default().with_root_certs(vec![other.authority().into()]);
    assert!(Conn::new(stand.options(Transport::Tls).ssl_opts(Some(tls))).await.is_err());

    let mut options = verifying(&other.authority());
    options.push("--user=root".into());
    assert!(!mysql(&stand, PASSWORD, &options, &["SELECT 7"]).status.success());
    let mut options = verifying(&stand.authority());
    options.push("--user=root".into());
    assert!(mysql(&stand, PASSWORD, &options, &["SELECT 7"]).status.success());

    for script in [Script::Pymysql, Script::Mariadb] {
        let output = script.run(&stand, "root", PASSWORD, &other.authority(), &TABLES);
        assert!(!output.status.success(), "{script:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.to_lowercase().contains("certificate"), "{script:?}: {said}");
    }
}
