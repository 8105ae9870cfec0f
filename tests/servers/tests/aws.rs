//! The servers that stand in for AWS: what their finder says where there are none, and that they keep to themselves.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use servers::{LocalStack, Moto, Scratch};

/// The script with an empty cache, on a machine that has nothing but a shell.
fn find(folder: &Scratch) -> Command {
    let programs = folder.path().join("bin");
    fs::create_dir(&programs).expect("a folder can be made");
    symlink("/bin/bash", programs.join("bash")).expect("a link can be made");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/aws-servers/aws-servers-find");
    let mut command = Command::new(script);
    command.env_clear().env("PATH", programs).env("FERRY_CACHE", folder.path().join("cache"));
    command
}

/// What it says when it fails.
fn refusal(command: &mut Command) -> String {
    let output = command.output().expect("the script can be run");
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_machine_without_python_is_told_what_to_do() {
    let message = refusal(&mut find(&Scratch::new().unwrap()));
    for words in
        ["no python3 here", "python3-venv", "set FERRY_LOCALSTACK_PYTHON", "localstack-core[runtime]=="]
    {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn one_override_without_the_other_is_refused() {
    let message = refusal(find(&Scratch::new().unwrap()).env("FERRY_MOTO_PYTHON", "/usr/bin/python3"));
    let expected =
        "aws-servers-find: set FERRY_LOCALSTACK_PYTHON and FERRY_MOTO_PYTHON together, or neither\n";
    assert_eq!(message, expected);
}

/// The addresses on which somebody listens on this port, as the kernel writes them; only on Linux.
fn listening_on(port: u16) -> Vec<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines());
    let fields = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    fields
        .filter(|fields| fields.get(3) == Some(&"0A"))
        .filter_map(|fields| fields.get(1)?.split_once(':'))
        .filter(|(_, found)| u16::from_str_radix(found, 16) == Ok(port))
        .map(|(address, _)| address.to_owned())
        .collect()
}

fn port(url: &str) -> u16 {
    let port = url.strip_prefix("http://127.0.0.1:").expect("it is on the loopback");
    port.parse().expect("a port is a number")
}

#[test]
fn both_servers_listen_on_the_loopback_alone_and_end_with_their_owner() {
    let (localstack, moto, another) =
        (LocalStack::start().unwrap(), Moto::start().unwrap(), Moto::start().unwrap());
    let ports = [localstack.url(), moto.url(), another.url()].map(|url| port(&url));
    for port in ports {
        assert!(listening_on(port).iter().all(|address| address == "0100007F"), "{:?}", listening_on(port));
        assert!(TcpListener::bind(("127.0.0.1", port)).is_err());
    }
    drop((localstack, moto, another));
    for port in ports {
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    }
}
