//! The program's data folder from outside: one server at a time, a disk that fails.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use lindorm_local::engine::DataDirError;
use lindorm_local::wire::{Options, Server, StartError, User};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};

use super::program::{finished, ready};
use super::{connect, opts, refusal, start};

fn on(folder: &Path) -> Options {
    Options { data_dir: Some(folder.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn a_second_server_on_a_folder_is_refused_until_the_first_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(on(folder.path()));
    let mut conn = connect(&first).await;
    conn.query_drop("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id))").await.unwrap();
    let second = Server::start(on(folder.path()));
    assert!(matches!(second, Err(StartError::Data(DataDirError::InUse { .. }))));
    let (code, _, told) =
        finished(&["--listen", "127.0.0.1:0", "--data-dir", folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(told.contains("another server uses the data folder"), "{told}");
    // The connection that is still open does not keep the folder from the next server.
    drop(first);
    let next = start(on(folder.path()));
    let tables: Vec<String> = connect(&next).await.query("SHOW TABLES").await.unwrap();
    assert_eq!(tables, ["t"]);
}

#[tokio::test]
async fn a_user_logs_in_after_a_restart_and_a_password_given_at_start_replaces_the_one_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(on(folder.path()));
    let create = "CREATE USER clerk IDENTIFIED BY 'open sesame'";
    connect(&server).await.query_drop(create).await.unwrap();
    drop(server);
    let users = vec![User::new("root", "secret")];
    let server = start(Options { users, ..on(folder.path()) });
    let clerk = |server: &Server| opts(server).user(Some("clerk")).pass(Some("open sesame"));
    Conn::new(clerk(&server)).await.unwrap().ping().await.unwrap();
    drop(server);
    // Without a password at start the last one holds.
    let server = start(on(folder.path()));
    assert!(Conn::new(opts(&server)).await.is_err());
    Conn::new(opts(&server).pass(Some("secret"))).await.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    // Files end at 1 MiB, and a write beyond fails in place of ending the process.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" --listen 127.0.0.1:0 --data-dir \"$1\""])
        .args([env!("CARGO_BIN_EXE_lindorm-local"), folder.path().to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let addr = ready(&mut child);
    let opts = OptsBuilder::default()
        .ip_or_hostname(addr.ip().to_string())
        .tcp_port(addr.port())
        .user(Some("root"))
        .prefer_socket(false);
    let mut conn = Conn::new(opts).await.unwrap();
    conn.query_drop("CREATE TABLE t (id INT, a VARCHAR, PRIMARY KEY (id))").await.unwrap();
    let mut acknowledged = 0;
    let refused = loop {
        let text = "x".repeat(20_000);
        match conn.query_drop(format!("UPSERT INTO t (id, a) VALUES ({acknowledged}, '{text}')")).await {
            Ok(()) => acknowledged += 1,
            Err(refused) => break refused,
        }
        assert!(acknowledged < 1000, "the disk never fails");
    };
    assert_eq!(refusal(&refused), (1030, "HY000"));
    let again = conn.query_drop("DELETE FROM t WHERE id = 1").await.unwrap_err();
    assert_eq!(refusal(&again), (1030, "HY000"));
    let read: Option<i64> = conn.query_first("SELECT count(*) FROM t").await.unwrap();
    assert!(read >= Some(acknowledged), "reads go on");
    child.kill().unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    assert!(told.contains("the data folder cannot be written"), "{told}");

    let server = start(on(folder.path()));
    let kept: Option<i64> = connect(&server).await.query_first("SELECT count(*) FROM t").await.unwrap();
    assert_eq!(kept, Some(acknowledged));
    assert!(acknowledged > 0);
}
