//! Secrets, looked up at the moment of use and never shown.
//!
//! A reference that leads nowhere is told by its name; what was found there is never part of a message.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use migration::task::SecretReference;

/// The longest secret, in bytes: far above any password, far below any file meant for something else.
pub const SECRET_BYTES_MAX: u64 = 4 << 10;

/// The environment variables of a process, as an argument so that a test can have its own.
pub trait Environment {
    /// The value of the variable `name`, if it is set.
    fn variable(&self, name: &str) -> Option<OsString>;
}

impl<F: Fn(&str) -> Option<OsString>> Environment for F {
    fn variable(&self, name: &str) -> Option<OsString> {
        self(name)
    }
}

/// The environment of this process.
#[derive(Debug, Clone, Copy)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

/// A secret. It has no `Serialize`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the login and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

/// Why a reference leads to no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment has no such variable.
    #[error("the environment variable {name} is not set")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// The file cannot be read.
    #[error("the secret file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
    /// It stands in AWS Secrets Manager, which this place does not ask.
    #[error("the secret stands in AWS Secrets Manager and in no variable or file")]
    Elsewhere,
    /// What is there cannot be a password.
    #[error("{place} {flaw}")]
    Unusable {
        /// The variable or file.
        place: String,
        /// What is wrong with its content.
        flaw: &'static str,
    },
}

/// Looks `reference` up; file paths start from `directory`.
pub(super) fn resolve(
    reference: &SecretReference,
    directory: &Path,
    environment: &impl Environment,
) -> Result<Secret, SecretError> {
    match reference {
        SecretReference::Env(name) => {
            let found =
                environment.variable(name).ok_or_else(|| SecretError::NotSet { name: name.clone() })?;
            usable(found.into_string().ok(), format!("the environment variable {name}"))
        }
        SecretReference::File(written) => {
            let path = directory.join(written);
            let mut bytes = Vec::new();
            File::open(&path)
                .and_then(|file| file.take(SECRET_BYTES_MAX + 1).read_to_end(&mut bytes))
                .map_err(|cause| SecretError::Unreadable { path: path.clone(), cause })?;
            let text = String::from_utf8(bytes).ok().map(without_line_end);
            usable(text, format!("the secret file {}", path.display()))
        }
        SecretReference::SecretsManager(_) => Err(SecretError::Elsewhere),
    }
}

/// Editors end a file with a line end, which is not part of the secret.
fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

fn usable(text: Option<String>, place: String) -> Result<Secret, SecretError> {
    let Some(text) = text else {
        return Err(SecretError::Unusable { place, flaw: "is not UTF-8 text" });
    };
    let too_long = u64::try_from(text.len()).map_or(true, |length| length > SECRET_BYTES_MAX);
    let flaw = match text.as_str() {
        "" => "is empty; leave password out for an account that has none",
        _ if too_long => "is longer than a password can be",
        _ if text.contains(['\n', '\r', '\0']) => "has more than one line",
        _ => return Ok(Secret(text)),
    };
    Err(SecretError::Unusable { place, flaw })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::{Path, PathBuf};

    use migration::task::SecretReference;

    use super::{Environment, ProcessEnvironment, SECRET_BYTES_MAX, resolve};

    fn from_variable(value: Option<&OsString>) -> Result<String, String> {
        let environment = |name: &str| value.cloned().filter(|_| name == "SOURCE_PASSWORD");
        let found = resolve(&SecretReference::Env("SOURCE_PASSWORD".to_owned()), Path::new(""), &environment);
        found.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    fn from_file(content: Option<&[u8]>) -> Result<String, String> {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(content) = content {
            std::fs::write(folder.path().join("p"), content).expect("a file");
        }
        let nothing = |_: &str| None;
        let found = resolve(&SecretReference::File(PathBuf::from("p")), folder.path(), &nothing);
        let without_folder =
            |text: String| text.replace(&folder.path().join("p").display().to_string(), "FOLDER/p");
        found.map(|secret| secret.expose().to_owned()).map_err(|error| without_folder(error.to_string()))
    }

    #[test]
    fn a_variable_is_taken_as_it_is() {
        assert_eq!(from_variable(Some(&"hunter2 ä ".into())), Ok("hunter2 ä ".to_owned()));
    }

    #[test]
    fn the_environment_of_the_process_has_a_path_and_no_unheard_of_variable() {
        assert_eq!(ProcessEnvironment.variable("PATH"), std::env::var_os("PATH"));
        assert_eq!(ProcessEnvironment.variable("FERRY_NO_SUCH_VARIABLE"), None);
    }

    #[test]
    fn one_line_end_after_a_files_secret_is_not_part_of_it() {
        for content in ["hunter2", "hunter2\n", "hunter2\r\n"] {
            assert_eq!(from_file(Some(content.as_bytes())), Ok("hunter2".to_owned()), "{content:?}");
        }
        assert_eq!(from_file(Some(b" a b ")), Ok(" a b ".to_owned()));
    }

    #[test]
    fn a_reference_that_leads_to_no_password_is_told_without_what_was_found() {
        let long = "x".repeat(5_000);
        for (value, told) in [
            (None, "the environment variable SOURCE_PASSWORD is not set"),
            (
                Some(OsString::from("")),
                "the environment variable SOURCE_PASSWORD is empty; leave password out for an account that \
                 has none",
            ),
            (
                Some(OsString::from_vec(vec![b'h', 0xFF])),
                "the environment variable SOURCE_PASSWORD is not UTF-8 text",
            ),
            (
                Some(OsString::from("hunter2\nmore")),
                "the environment variable SOURCE_PASSWORD has more than one line",
            ),
            (
                Some(OsString::from(&long)),
                "the environment variable SOURCE_PASSWORD is longer than a password can be",
            ),
        ] {
            assert_eq!(from_variable(value.as_ref()), Err(told.to_owned()));
        }
        for (content, told) in [
            (None, "the secret file FOLDER/p cannot be read"),
            (
                Some("\n".as_bytes()),
                "the secret file FOLDER/p is empty; leave password out for an account that has none",
            ),
            (Some(b"h\xFF".as_slice()), "the secret file FOLDER/p is not UTF-8 text"),
            (Some(b"-----BEGIN\nkey\n"), "the secret file FOLDER/p has more than one line"),
            (Some(long.as_bytes()), "the secret file FOLDER/p is longer than a password can be"),
        ] {
            assert_eq!(from_file(content), Err(told.to_owned()));
        }
    }

    #[test]
    fn a_secret_of_the_greatest_length_is_taken_whole() {
        let longest = "x".repeat(usize::try_from(SECRET_BYTES_MAX).expect("small"));
        assert_eq!(from_file(Some(longest.as_bytes())), Ok(longest.clone()));
        assert_eq!(from_variable(Some(&OsString::from(&longest))), Ok(longest));
    }

    #[test]
    fn a_secret_shows_nothing_when_it_is_printed() {
        let environment = |_: &str| Some(OsString::from("hunter2"));
        let secret = resolve(&SecretReference::Env("A".to_owned()), Path::new(""), &environment);
        assert_eq!(format!("{:?}", secret.expect("a secret")), "Secret(not shown)");
    }
}
