//! The control port of the program, and what it refuses.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lindorm_local::wire::{Options, Server};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};

use super::run;
use crate::wire::start;

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program with a control port, where it listens, and where it takes commands.
fn program() -> (Program, SocketAddr, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lindorm-local"))
        .args(["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
    let mut address = |before: &str| {
        let line = lines.next().expect("a line").expect("text");
        line.strip_prefix(before).expect("the promised line").parse().expect("an address")
    };
    let listens = address("lindorm-local is ready on ");
    let commands = address("lindorm-local takes commands on ");
    (Program(child), listens, commands)
}

struct Commands(BufReader<TcpStream>);

impl Commands {
    fn to(addr: SocketAddr) -> Self {
        let socket = TcpStream::connect(addr).expect("the control port listens");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        Self(BufReader::new(socket))
    }

    /// Sends a line; the answer, or nothing where the connection is closed.
    fn say(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).expect("the server listens");
        let mut answer = String::new();
        let _ = self.0.read_line(&mut answer);
        answer.trim_end().to_owned()
    }
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared_while_the_program_runs() {
    let (_program, listens, commands) = program();
    let options = OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(listens.port());
    let mut client = Conn::new(options.user(Some("root")).prefer_socket(false)).await.unwrap();
    client.query_drop("CREATE TABLE t (k INTEGER, v INTEGER, PRIMARY KEY (k))").await.unwrap();
    let write = "UPSERT INTO t (k, v) VALUES (1, 1)";
    let mut control = Commands::to(commands);
    assert_eq!(control.say("set full table=default.t"), "ok 1");
    assert_eq!(run(&mut client, write).await, Err(Some(1030)));
    assert_eq!(control.say("list"), "ok 1: full table=default.t seen=1 struck=1");
    assert_eq!(Commands::to(commands).say("clear 1"), "ok cleared=1 struck=1");
    assert_eq!(control.say("list"), "ok");
    run(&mut client, write).await.unwrap();
    assert_eq!(control.say("clear 1"), "error no fault has the number 1");
    assert_eq!(control.say("gravity off"), "error commands are set, list, clear, compact and clock");
    assert_eq!(control.say(&"x".repeat(5000)), "error the line is too long");
    assert_eq!(control.say("list"), "");
}

#[tokio::test]
async fn a_compaction_lets_an_old_stamp_come_back() {
    let server = start(Options::default());
    let mut client = crate::wire::connect(&server).await;
    client.query_drop("CREATE TABLE t (k INTEGER, v INTEGER, PRIMARY KEY (k))").await.unwrap();
    let old = "UPSERT /*+ _l_ts_(1000) */ INTO t (k, v) VALUES (1, 1)";
    client.query_drop("DELETE FROM t WHERE k = 1").await.unwrap();
    client.query_drop(old).await.unwrap();
    let seen: Vec<i32> = client.query("SELECT v FROM t").await.unwrap();
    assert!(seen.is_empty());
    assert_eq!(server.control().answer("compact t"), "ok");
    client.query_drop(old).await.unwrap();
    let seen: Vec<i32> = client.query("SELECT v FROM t").await.unwrap();
    assert_eq!(seen, [1]);
    assert_eq!(server.control().answer("compact nowhere.t"), "error refused with error 1049");
}

#[test]
fn commands_are_taken_from_this_machine_only() {
    let outside = Options { control: Some(SocketAddr::from(([0, 0, 0, 0], 0))), ..Options::default() };
    let fault = Server::start(outside).unwrap_err();
    let causes = std::error::Error::source(&fault).expect("a cause").to_string();
    assert_eq!(causes, "the control port listens on loopback addresses only, not on 0.0.0.0:0");
}

#[test]
fn a_server_that_stops_closes_its_control_port() {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = start(Options { control: Some(loopback), ..Options::default() });
    let addr = server.control_addr().expect("a control port");
    let mut control = Commands::to(addr);
    assert_eq!(control.say("list"), "ok");
    server.shutdown();
    let mut rest = String::new();
    assert_eq!(control.0.read_line(&mut rest).unwrap_or(0), 0);
    assert!(TcpStream::connect(addr).is_err());
}

#[tokio::test]
async fn a_clock_that_is_set_back_stamps_behind_what_is_there() {
    let server = start(Options::default());
    let mut client = crate::wire::connect(&server).await;
    client.query_drop("CREATE TABLE t (k INTEGER, v INTEGER, PRIMARY KEY (k))").await.unwrap();
    client.query_drop("UPSERT INTO t (k, v) VALUES (1, 1)").await.unwrap();
    assert_eq!(server.control().answer("clock 0 -1m"), "ok");
    client.query_drop("UPSERT INTO t (k, v) VALUES (1, 2)").await.unwrap();
    assert_eq!(client.query::<i32, _>("SELECT v FROM t").await.unwrap(), [1]);
    assert_eq!(server.control().answer("clock 0 +2m"), "ok");
    client.query_drop("UPSERT INTO t (k, v) VALUES (1, 3)").await.unwrap();
    assert_eq!(client.query::<i32, _>("SELECT v FROM t").await.unwrap(), [3]);
    assert!(server.control().answer("clock 9 +1s").starts_with("error there is no node 9"));
}
