//! The `mysql` command line client: SQL in, rows out.
//!
//! Used where a whole driver would be too much: to prepare data and to look at a server from outside.
//! Never repeats what the server said about an error except its number, because that text may hold values.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::error::ServerError;

/// How to reach one server with the `mysql` client. A password is taken from `MYSQL_PWD`, as the client does.
#[derive(Debug, Clone)]
pub struct MysqlClient {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl MysqlClient {
    /// Over a Unix socket.
    pub fn by_socket(program: &Path, socket: &Path, user: &str) -> Self {
        let mut path = OsString::from("--socket=");
        path.push(socket);
        Self::with(program, vec![path, "--protocol=SOCKET".into(), format!("--user={user}").into()])
    }

    /// Over TCP.
    pub fn by_address(program: &Path, host: &str, port: u16, user: &str) -> Self {
        let arguments = [format!("--host={host}"), format!("--port={port}"), format!("--user={user}")];
        Self::with(
            program,
            arguments.into_iter().map(OsString::from).chain(["--protocol=TCP".into()]).collect(),
        )
    }

    fn with(program: &Path, arguments: Vec<OsString>) -> Self {
        Self { program: program.to_owned(), arguments }
    }

    /// Runs SQL; answers rows as lines of tab-separated values, without names.
    ///
    /// # Errors
    /// Fails with the error's number.
    pub fn sql(&self, statements: &str) -> Result<String, ServerError> {
        let failed = |cause| ServerError::Program { program: "mysql".to_owned(), cause };
        let mut child = Command::new(&self.program)
            .args(["--no-defaults", "--default-character-set=utf8mb4"])
            .args(["--batch", "--skip-column-names", "--local-infile=1"])
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let mut input = child.stdin.take().expect("invariant: stdin was piped");
        let statements = statements.to_owned();
        // Apart from the reader, because both pipes can be full at once. The client may end before it has read all.
        let writer = thread::spawn(move || input.write_all(statements.as_bytes()));
        let output = child.wait_with_output().map_err(failed)?;
        let _ = writer.join();
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(ServerError::Client { number: number_of(&String::from_utf8_lossy(&output.stderr)) })
    }
}

/// `ERROR 1064 (42000) at line 1: ...` without what follows the number.
fn number_of(words: &str) -> String {
    let line = words.lines().find(|line| line.starts_with("ERROR")).unwrap_or("no error number");
    let end = line.find(" at line").or_else(|| line.find(':')).unwrap_or(line.len());
    line.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn only_the_number_of_an_error_is_kept() {
        let words = "warning\nERROR 1062 (23000) at line 1: Duplicate entry 'secret' for key 'PRIMARY'\n";
        assert_eq!(number_of(words), "ERROR 1062 (23000)");
        assert_eq!(number_of("ERROR 2002 (HY000): Can't connect"), "ERROR 2002 (HY000)");
        assert_eq!(number_of("something else"), "no error number");
    }
}
