//! Clients in Python and Perl. What they do and expect is in their scripts; what they left behind is looked at here.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use servers::Connectors;

use super::rows;
use super::stand::{PASSWORD, Stand, TABLES, Transport};

/// A client in a script of this folder.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Script {
    Pymysql,
    Mariadb,
}

impl Script {
    /// Runs the script; without statements to begin with it only logs in.
    pub(crate) fn run(
        self,
        stand: &Stand,
        user: &str,
        password: &str,
        authority: &Path,
        beginning: &[&str],
    ) -> Output {
        let connectors = Connectors::find().expect("the clients are found");
        let (interpreter, name) = match self {
            Self::Pymysql => (connectors.python, "pymysql_session.py"),
            Self::Mariadb => (connectors.perl, "mariadb_session.pl"),
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors").join(name);
        let port = stand.server.port().to_string();
        Command::new(interpreter)
            .arg(script)
            .args(["127.0.0.1", &port, user].map(OsStr::new))
            .arg(authority)
            .args(beginning)
            .env("FERRY_TEST_PASSWORD", password)
            .output()
            .expect("the interpreter runs")
    }
}

async fn works(script: Script, transport: Transport, checks: usize) {
    let stand = Stand::untouched();
    let authority = match transport {
        Transport::Plaintext => Path::new("").to_owned(),
        Transport::Tls => stand.authority(),
    };
    let output = script.run(&stand, "root", PASSWORD, &authority, &TABLES);
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{wrong}");
    assert_eq!(said.trim(), format!("checked {checks}"), "{wrong}");
    rows::are_written(&stand).await;
}

#[tokio::test]
async fn pymysql_works_over_plaintext() {
    works(Script::Pymysql, Transport::Plaintext, 53).await;
}

#[tokio::test]
async fn pymysql_works_over_verified_tls() {
    works(Script::Pymysql, Transport::Tls, 53).await;
}

#[tokio::test]
async fn dbd_mariadb_works_over_plaintext_with_and_without_prepared_statements() {
    works(Script::Mariadb, Transport::Plaintext, 608).await;
}

#[tokio::test]
async fn dbd_mariadb_works_over_verified_tls_with_and_without_prepared_statements() {
    works(Script::Mariadb, Transport::Tls, 608).await;
}
