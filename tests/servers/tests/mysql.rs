//! A real MySQL, started as the other tests start it.
//!
//! Never shares a server between tests, because they kill it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use servers::MysqlServer;

#[test]
fn two_servers_run_side_by_side_with_their_own_identity() {
    let first = MysqlServer::builder().gtid(true).server_id(11).start().unwrap();
    let second = MysqlServer::builder().gtid(false).server_id(12).start().unwrap();
    let ask = "SELECT @@server_uuid, @@server_id, @@gtid_mode, @@binlog_row_image, @@log_bin";
    let one = first.sql(ask).unwrap();
    let two = second.sql(ask).unwrap();
    assert!(one.ends_with("\t11\tON\tFULL\t1\n"), "{one}");
    assert!(two.ends_with("\t12\tOFF\tFULL\t1\n"), "{two}");
    assert_ne!(one.split('\t').next(), two.split('\t').next());
    assert_ne!(first.port(), second.port());
}

#[test]
fn a_killed_server_comes_back_on_its_port_with_what_was_committed() {
    let mut server = MysqlServer::builder().start().unwrap();
    let port = server.port();
    server
        .sql("CREATE DATABASE kept; CREATE TABLE kept.t (a INT PRIMARY KEY); INSERT INTO kept.t VALUES (7)")
        .unwrap();
    server.kill();
    assert!(server.process_id().is_none());
    assert!(server.sql("SELECT 1").is_err());
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert_eq!(server.sql("SELECT a FROM kept.t").unwrap(), "7\n");
    server.stop().unwrap();
    server.restart().unwrap();
    assert_eq!(server.sql("SELECT a FROM kept.t").unwrap(), "7\n");
}

#[test]
fn a_dropped_server_leaves_no_process_and_no_folder() {
    let server = MysqlServer::builder().start().unwrap();
    let process = format!("/proc/{}", server.process_id().unwrap());
    let folder = server.data_folder();
    assert!(Path::new(&process).exists());
    drop(server);
    assert!(!Path::new(&process).exists());
    assert!(!folder.exists());
}

#[test]
fn a_client_can_verify_the_certificate_by_address() {
    let server = MysqlServer::builder().start().unwrap();
    let output = Command::new(&server.installation().mysql)
        .args(["--no-defaults", "--user=root", "--host=127.0.0.1", "--ssl-mode=VERIFY_IDENTITY", "--batch"])
        .arg(format!("--port={}", server.port()))
        .arg(format!("--ssl-ca={}", server.certificate_authority().unwrap().display()))
        .arg("--execute=SHOW STATUS LIKE 'Ssl_version'")
        .output()
        .unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains("TLSv1"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_option_of_the_caller_wins_over_the_defaults() {
    let server = MysqlServer::builder().option("--binlog-row-image=MINIMAL").start().unwrap();
    assert_eq!(server.sql("SELECT @@binlog_row_image").unwrap(), "MINIMAL\n");
}

#[test]
fn a_failed_statement_tells_its_number_and_no_text() {
    let server = MysqlServer::builder().tls(false).start().unwrap();
    let error = server.sql("SELECT secret FROM nowhere.at_all").unwrap_err().to_string();
    assert_eq!(error, "the mysql client failed: ERROR 1049 (42000)");
}

#[test]
fn a_killed_owner_takes_its_server_along() {
    let mut owner = Command::new(env!("CARGO_BIN_EXE_mysql-server")).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let socket = ready.split_whitespace().find_map(|word| word.strip_prefix("socket=")).unwrap();
    assert!(Path::new(socket).exists(), "{ready}");
    let port: u16 =
        ready.split_whitespace().find_map(|word| word.strip_prefix("port=")).unwrap().parse().unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "the server outlived its owner");
        thread::sleep(Duration::from_millis(20));
    }
}
