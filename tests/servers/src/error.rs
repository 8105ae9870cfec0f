//! What can go wrong with a server of the tests.
//!
//! One enum, because every caller does the same with all of it: end with the message.
//! Never carries SQL text or anything a server answered, only error numbers and the server's own log lines.

use std::io;
use std::path::{Path, PathBuf};

/// A server could not be found, started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// `infra/mysql/mysqld-find` found nothing; its message says what to do.
    #[error("no MySQL server to run:\n{message}")]
    NoMysql {
        /// What the script printed for the person at the keyboard.
        message: String,
    },
    /// `infra/connectors/connectors-find` found nothing; its message says what to do.
    #[error("no MySQL clients of other languages to run:\n{message}")]
    NoConnectors {
        /// What the script printed for the person at the keyboard.
        message: String,
    },
    /// `infra/aws-servers/aws-servers-find` found nothing; its message says what to do.
    #[error("no servers that stand in for AWS:\n{message}")]
    NoAwsServers {
        /// What the script printed for the person at the keyboard.
        message: String,
    },
    /// A script answered without one of the lines it promises.
    #[error("{script} did not say {name}")]
    IncompleteAnswer {
        /// Name of the script.
        script: &'static str,
        /// Name of the missing line.
        name: &'static str,
    },
    /// A file or folder operation failed.
    #[error("cannot {doing} {path:?}")]
    Files {
        /// What was tried, such as `create`.
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        #[source]
        cause: io::Error,
    },
    /// A program could not be started or waited for.
    #[error("cannot run {program}")]
    Program {
        /// Name of the program.
        program: String,
        /// Why it failed.
        #[source]
        cause: io::Error,
    },
    /// A program ended when it should have gone on.
    #[error("{program} ended too early ({status}); its last words:\n{last_words}")]
    EndedEarly {
        /// Name of the program.
        program: String,
        /// Its exit status in words.
        status: String,
        /// The end of its log.
        last_words: String,
    },
    /// A program did not do in time what was waited for.
    #[error("{program} was not {state} within {seconds} s; its last words:\n{last_words}")]
    TooSlow {
        /// Name of the program.
        program: String,
        /// What was waited for: `ready` or `stopped`.
        state: &'static str,
        /// How long.
        seconds: u64,
        /// The end of its log.
        last_words: String,
    },
    /// No port of the range could be bound.
    #[error("no free port on the loopback")]
    NoPort,
    /// A certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The `mysql` client ended with an error.
    #[error("the mysql client failed: {number}")]
    Client {
        /// `ERROR 1064 (42000)`, without the server's text, which may hold values.
        number: String,
    },
    /// A program of this workspace is not built.
    #[error("{program} is not built at {path:?}: run `cargo build -p {program}` or set {variable}")]
    NotBuilt {
        /// Name of the program.
        program: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// Environment variable that names another place.
        variable: &'static str,
    },
    /// The stand-in did not carry out a command.
    #[error("{program} did not carry out a command: {answer}")]
    Command {
        /// Name of the program.
        program: &'static str,
        /// What it said instead.
        answer: String,
    },
    /// The stand-in's first line held no address.
    #[error("{program} printed no address on its first line")]
    NoAddress {
        /// Name of the program.
        program: &'static str,
    },
}

/// Turns an I/O error on a path into a [`ServerError`]; for use with `map_err`.
pub(crate) fn files<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> ServerError + 'a {
    move |cause| ServerError::Files { doing, path: path.to_owned(), cause }
}
