//! The `mysql` command line client: text only, because its PREPARE is a statement and not the protocol's.
//!
//! `--comments` keeps the hints, which are comments to the client. `--binary-as-hex` shows which columns it takes for
//! bytes. The client itself refuses to speak unencrypted once it is told to verify.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use servers::Installation;

use super::async_driver::text_statements;
use super::rows::{self, COLUMNS};
use super::stand::{PASSWORD, Stand, TABLES, Transport};

pub(crate) fn transport_options(stand: &Stand, transport: Transport) -> Vec<OsString> {
    match transport {
        Transport::Plaintext => ["--ssl-mode=DISABLED", "--get-server-public-key"].map(Into::into).to_vec(),
        Transport::Tls => verifying(&stand.authority()),
    }
}

/// Demands TLS 1.2 from a server whose certificate this authority signed.
pub(crate) fn verifying(authority: &Path) -> Vec<OsString> {
    let mut ca = OsString::from("--ssl-ca=");
    ca.push(authority);
    vec!["--ssl-mode=VERIFY_IDENTITY".into(), "--tls-version=TLSv1.2".into(), ca]
}

pub(crate) fn mysql(stand: &Stand, password: &str, options: &[OsString], statements: &[&str]) -> Output {
    let installation = Installation::find().expect("a MySQL is found");
    assert!(
        installation.mysql.is_file(),
        "this MySQL has no `mysql` client: set FERRY_MYSQLD to one that has"
    );
    let port = format!("--port={}", stand.server.port());
    let mut child = Command::new(installation.mysql)
        .args(["--no-defaults", "--default-character-set=utf8mb4", "--protocol=TCP", "--host=127.0.0.1"])
        .args([&port, "--batch", "--skip-column-names", "--force", "--comments", "--binary-as-hex"])
        .args(installation.plugins.map(|folder| format!("--plugin-dir={}", folder.display())))
        .args(options)
        .env("MYSQL_PWD", password)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the client starts");
    let mut input = child.stdin.take().expect("stdin was piped");
    // A few kilobytes, which a pipe holds. A client that could not log in does not read them.
    let _ = input.write_all(format!("{};\n", statements.join(";\n")).as_bytes());
    drop(input);
    child.wait_with_output().expect("the client ends")
}

/// `ERROR 1146 (42S02)` of each error the client reported.
pub(crate) fn errors(output: &Output) -> Vec<String> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let number = |line: &str| line.split_inclusive(')').next().unwrap_or_default().to_owned();
    said.lines().filter(|line| line.starts_with("ERROR")).map(number).collect()
}

const READ: [&str; 4] = [
    "SELECT name, flag FROM goods WHERE id = 4",
    "SELECT id, name FROM many WHERE id >= 1249",
    "SET time_zone = '-03:30'",
    "SELECT moment FROM goods WHERE id = 1",
];

const READ_BACK: &str = "1\tit's a \"back\\\\slash\"\r\\n?%s 注文 🦀\t0x00275CFF\t1234567890123456.5000\t\
     2024-02-29 23:59:59.123\t2024-02-29\t23:59:58\t1\t-9223372036854775808\t0.1\t{\"a\": [1, \"ü\"]}\n\
     2\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\t1\tNULL\tNULL\tNULL\n\
     3\t\t0x00\t-0.0001\t1969-12-31 23:59:59.999\t0001-01-01\t00:00:00\t0\t9223372036854775807\t-1.5e300\tnull\n\
     later\t1\n1249\ttext 1249\n2024-02-29 20:29:59.123\n";

async fn works(transport: Transport) {
    let stand = Stand::untouched();
    let mut options = transport_options(&stand, transport);
    options.push("--user=root".into());
    let select = format!("SELECT {COLUMNS} FROM goods WHERE id < 4");
    let written = text_statements();
    let mut statements = TABLES.to_vec();
    statements.push("USE shop");
    statements.extend(written.iter().map(String::as_str));
    statements.extend(["SELECT * FROM nowhere", "SELECT nothing FROM goods", "UPSERT goods"]);
    statements.extend(["SET NAMES utf8mb4", "SET autocommit=1", "COMMIT", "ROLLBACK"]);
    statements.extend(["SET time_zone = '+00:00'", &select]);
    statements.extend(READ);
    let output = mysql(&stand, PASSWORD, &options, &statements);
    assert_eq!(errors(&output), ["ERROR 1146 (42S02)", "ERROR 1054 (42S22)", "ERROR 1064 (42000)"]);
    let said = String::from_utf8(output.stdout).expect("the client writes UTF-8");
    assert_eq!(said, READ_BACK);
    rows::are_written(&stand).await;

    let refused = mysql(&stand, "wrong", &options, &["SELECT 1"]);
    assert_eq!(errors(&refused), ["ERROR 1045 (28000)"]);
}

#[tokio::test]
async fn the_mysql_client_works_over_plaintext() {
    works(Transport::Plaintext).await;
}

#[tokio::test]
async fn the_mysql_client_works_over_verified_tls() {
    works(Transport::Tls).await;
}
