//! `mysql_native_password`: an account that knows nothing else, and a client that begins with it.

use std::path::Path;

use mysql_async::prelude::Queryable;

use super::command_line::{errors, mysql, transport_options};
use super::interpreted::Script;
use super::stand::{NATIVE_USER, PASSWORD, Stand, Transport, connected};

#[tokio::test]
async fn an_account_with_the_native_method_can_be_used_by_every_client() {
    let stand = Stand::untouched();
    for transport in [Transport::Plaintext, Transport::Tls] {
        let mut connection = connected(stand.options(transport).user(Some(NATIVE_USER))).await;
        assert_eq!(connection.query_first::<u8, _>("SELECT 7").await.unwrap(), Some(7));
        let mut options = transport_options(&stand, transport);
        options.push("--user=native".into());
        let output = mysql(&stand, PASSWORD, &options, &["SELECT 7"]);
        assert_eq!((errors(&output), output.stdout.as_slice()), (vec![], &b"7\n"[..]));
        assert_eq!(errors(&mysql(&stand, "wrong", &options, &["SELECT 7"])), ["ERROR 1045 (28000)"]);
    }
    for script in [Script::Pymysql, Script::Mariadb] {
        let output = script.run(&stand, NATIVE_USER, PASSWORD, Path::new(""), &[]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "logged in\n", "{script:?}");
    }
}

#[test]
fn a_client_that_begins_with_the_native_method_is_not_sent_elsewhere() {
    let stand = Stand::untouched();
    // Without the public key the other method could not be used over plaintext.
    let options = ["--user=root", "--ssl-mode=DISABLED", "--default-auth=mysql_native_password"];
    let output = mysql(&stand, PASSWORD, &options.map(Into::into), &["SELECT 7"]);
    assert_eq!((errors(&output), output.stdout.as_slice()), (vec![], &b"7\n"[..]));
}
