//! The program itself: its ready line, its signals, its refusal of bad arguments.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::raw::Raw;

pub(super) fn program(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lindorm-local"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Waits for the ready line and reads the address; later lines of the output are lost.
pub(super) fn ready(child: &mut Child) -> SocketAddr {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("an output of its own");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    line.trim().strip_prefix("lindorm-local is ready on ").expect("a ready line").parse().expect("an address")
}

pub(super) fn finished(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(arguments).wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn it_says_where_it_listens_and_stops_cleanly_on_either_signal() {
    for signal in ["TERM", "INT"] {
        let mut child = program(&["--listen", "127.0.0.1:0"]);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let addr: SocketAddr =
            line.trim().strip_prefix("lindorm-local is ready on ").expect("a ready line").parse().unwrap();
        let mut client = Raw::log_in(addr);

        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(client.read(), None);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line and no more");
    }
}

#[test]
fn it_lists_the_assumptions() {
    let (code, stdout, _) = finished(&["--assume", "help"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("equal_stamp=later_wins|first_wins|value_order\n"), "{stdout}");
}

#[test]
fn it_refuses_what_it_does_not_know() {
    let (code, _, stderr) = finished(&["--listen", "127.0.0.1:0", "--assume", "gravity=off"]);
    assert_eq!(
        (code, stderr.as_str()),
        (Some(1), "lindorm-local: --assume: no assumption is named `gravity`\n")
    );
    let (code, _, stderr) = finished(&["--listen", "0.0.0.0:0"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("empty password"), "{stderr}");
    let (code, _, _) = finished(&["--gravity"]);
    assert_eq!(code, Some(2));
}
