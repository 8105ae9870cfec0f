//! The order in which a MySQL is looked for, with programs that only pretend to be one.
//!
//! The fetching itself is proved by every other test that starts a server. Nothing here uses the real cache.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

use servers::Scratch;

/// A machine with nothing but the tools of the system, and a mysqld that says this about itself.
struct Machine {
    folder: Scratch,
}

impl Machine {
    fn with_mysqld(version: &str) -> Self {
        let machine = Self { folder: Scratch::new().expect("a temporary folder can be made") };
        let share = machine.folder.path().join("usr/share/mysql/charsets");
        fs::create_dir_all(&share).expect("a folder can be made");
        fs::write(share.join("Index.xml"), "").expect("a file can be written");
        let script = format!(
            "#!/bin/sh\nfor argument; do case $argument in\n\
             --version) echo \"mysqld  Ver {version} for Linux\" ;;\n\
             --datadir=*) mkdir -p \"${{argument#*=}}\"; echo x >>\"${{argument#*=}}/../../../initialised\" ;;\nesac; done\n"
        );
        let mysqld = machine.mysqld();
        fs::create_dir_all(mysqld.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::write(&mysqld, script).expect("a file can be written");
        fs::set_permissions(&mysqld, fs::Permissions::from_mode(0o755))
            .expect("a file can be made executable");
        machine
    }

    fn mysqld(&self) -> PathBuf {
        self.folder.path().join("usr/sbin/mysqld")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn find(&self) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/mysql/mysqld-find");
        let mut command = Command::new(script);
        command.env_remove("FERRY_MYSQLD").env_remove("FERRY_MYSQL_MAJORS");
        command.env("FERRY_CACHE", self.cache()).env("FERRY_MYSQL_SKIP", "path packages docker");
        command
    }

    fn on_path(&self) -> Command {
        let mut command = self.find();
        let path = format!(
            "{}:{}",
            self.folder.path().join("usr/sbin").display(),
            env::var("PATH").unwrap_or_default()
        );
        command.env("FERRY_MYSQL_SKIP", "packages docker").env("PATH", path);
        command
    }
}

fn run(mut command: Command) -> Output {
    command.output().expect("the script can be run")
}

fn message(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_override_comes_first_and_gets_a_data_folder() {
    let machine = Machine::with_mysqld("8.4.6");
    let mut command = machine.find();
    let output = run({
        command.env("FERRY_MYSQLD", machine.mysqld());
        command
    });
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains("FERRY_MYSQL_SOURCE='override'\nFERRY_MYSQL_VERSION='8.4.6'\n"), "{answer}");
    assert!(answer.contains("FERRY_MYSQL_TEMPLATE='"), "{answer}");
}

#[test]
fn an_override_that_is_no_program_is_refused_by_name() {
    let machine = Machine::with_mysqld("8.4.6");
    let mut command = machine.find();
    command.env("FERRY_MYSQLD", "/nowhere/mysqld");
    assert_eq!(
        message(&run(command)),
        "mysqld-find: FERRY_MYSQLD=/nowhere/mysqld is not an executable file\n"
    );
}

#[test]
fn a_mysql_on_the_path_is_taken() {
    let machine = Machine::with_mysqld("9.1.0-0ubuntu1");
    let answer = String::from_utf8_lossy(&run(machine.on_path()).stdout).into_owned();
    assert!(answer.starts_with("FERRY_MYSQL_SOURCE='path'\nFERRY_MYSQL_VERSION='9.1.0'\n"), "{answer}");
}

#[test]
fn a_mariadb_on_the_path_is_passed_over_and_the_message_says_what_to_do() {
    let machine = Machine::with_mysqld("10.11.6-MariaDB-0+deb12u1");
    let message = message(&run(machine.on_path()));
    for words in ["no MySQL found", "set FERRY_MYSQLD", "apt-get", "Docker engine"] {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn an_unknown_major_version_is_refused_unless_accepted_by_name() {
    let machine = Machine::with_mysqld("12.0.1");
    assert!(message(&run(machine.on_path())).contains("set FERRY_MYSQL_MAJORS='8 9 12' to try it"));
    let mut command = machine.on_path();
    command.env("FERRY_MYSQL_MAJORS", "8 9 12");
    assert!(run(command).status.success());
}

#[test]
fn callers_at_the_same_time_initialise_one_data_folder() {
    let machine = Machine::with_mysqld("9.7.4");
    let callers: Vec<Child> = (0..6)
        .map(|_| machine.on_path().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    let answers: Vec<Output> = callers.into_iter().map(|caller| caller.wait_with_output().unwrap()).collect();
    assert!(answers.iter().all(|answer| answer.status.success()));
    assert!(answers.windows(2).all(|pair| pair[0].stdout == pair[1].stdout));
    let initialised = fs::read_to_string(machine.cache().join("initialised")).unwrap();
    assert_eq!(initialised.lines().count(), 1);
}
