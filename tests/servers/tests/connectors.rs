//! What the search for clients of other languages says where it can find none. Nothing here uses the real cache.
//!
//! The fetching itself is proved by the tests that run the clients.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use servers::Scratch;

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/connectors/connectors-find")
}

/// The script with an empty cache, on a machine that has nothing but a shell.
fn find(folder: &Scratch) -> Command {
    let programs = folder.path().join("bin");
    if !programs.exists() {
        fs::create_dir(&programs).expect("a folder can be made");
        symlink("/bin/bash", programs.join("bash")).expect("a link can be made");
    }
    let mut command = Command::new(script());
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
fn a_machine_without_packages_is_told_what_to_do() {
    let folder = Scratch::new().unwrap();
    let message = refusal(&mut find(&folder));
    for words in ["no apt-get here", "could not be fetched", "set FERRY_PYTHON", "FERRY_PERL", "PyMySQL"] {
        assert!(message.contains(words), "{message}");
    }
    assert!(!folder.path().join("cache/connectors/packages").exists());
}

#[test]
fn one_override_without_the_other_is_refused() {
    let folder = Scratch::new().unwrap();
    let message = refusal(find(&folder).env("FERRY_PYTHON", "/usr/bin/python3"));
    assert_eq!(message, "connectors-find: set FERRY_PYTHON and FERRY_PERL together, or neither\n");
}

#[test]
fn overrides_without_their_modules_are_refused_and_complete_ones_are_taken() {
    let folder = Scratch::new().unwrap();
    let overridden = |python: &str, perl: &str| {
        let mut command = find(&folder);
        command.env("FERRY_PYTHON", python).env("FERRY_PERL", perl);
        command
    };
    let message = refusal(&mut overridden("/bin/false", "/bin/true"));
    assert!(message.contains("FERRY_PYTHON needs PyMySQL"), "{message}");
    refusal(&mut overridden("/bin/true", "/bin/false"));
    let output = overridden("/bin/true", "/bin/true").output().expect("the script can be run");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "FERRY_CONNECTORS_SOURCE='override'\nFERRY_CONNECTORS_PYTHON='/bin/true'\nFERRY_CONNECTORS_PERL='/bin/true'\n"
    );
}
