//! A task document as a file: YAML or JSON by its extension, read whole, checked whole.
//!
//! This is the only place that knows the document was ever a file: paths in it are relative to its folder,
//! and its secrets are looked up here, at use. What the document means is decided in the domain. No message
//! from here shows a piece of the file, because a password may stand in it by mistake.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use document::{DOCUMENT_BYTES_MAX, DocumentError, Format};
use migration::task::{SecretReference, Task};

mod secret;

pub use secret::{Environment, ProcessEnvironment, SECRET_BYTES_MAX, Secret, SecretError};

/// A valid task document and the folder that its paths start from.
#[derive(Debug, Clone)]
pub struct TaskFile {
    /// The task.
    pub task: Task,
    directory: PathBuf,
}

/// Why a file is no task document.
#[derive(Debug, thiserror::Error)]
pub enum TaskFileError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
    /// What is in it is no task document.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl TaskFile {
    /// Reads and checks the document at `path`.
    ///
    /// # Errors
    /// [`TaskFileError`]; for a document that is no valid task, with all of its faults.
    pub fn read(path: &Path) -> Result<Self, TaskFileError> {
        let name = path.display().to_string();
        let format = Format::of(&name)?;
        let task = document::read_as(format, &name, &bytes_of(path)?)?;
        Ok(Self { task, directory: path.parent().map(Path::to_owned).unwrap_or_default() })
    }

    /// Where a path that is written in the document lies: relative to the document's folder.
    #[must_use]
    pub fn path_of(&self, written: &Path) -> PathBuf {
        self.directory.join(written)
    }

    /// Looks up a secret of the document.
    ///
    /// # Errors
    /// [`SecretError`] where the reference leads to nothing that could be a secret.
    pub fn secret(
        &self,
        reference: &SecretReference,
        environment: &impl Environment,
    ) -> Result<Secret, SecretError> {
        secret::resolve(reference, &self.directory, environment)
    }
}

/// The file's bytes, and one beyond the bound where it has more.
fn bytes_of(path: &Path) -> Result<Vec<u8>, TaskFileError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|cause| TaskFileError::Unreadable { path: path.to_owned(), cause })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use migration::task::SecretReference;

    use super::{DOCUMENT_BYTES_MAX, TaskFile};

    const LEAST: &str = "
name: shop-move
source: { host: 127.0.0.1, user: ferry, password: { file: source.password } }
target: { host: 127.0.0.1, user: root, tls: { mode: verify_ca, ca: certificates/rds.pem } }
migration: full
objects:
  - database: shop
";

    /// The example of the documented format, with everything that a later version will obey.
    const EXAMPLE: &str = r#"
name: shop-move
source:
  host: 127.0.0.1
  port: 3306
  user: ferry
  password: { env: SOURCE_PASSWORD }        # or { file: ... } or { secrets_manager: arn }
  tls: { mode: verify_identity, ca: rds.pem } # disabled | required | verify_ca | verify_identity
target:
  host: 127.0.0.1
  port: 33060
  user: root
  password: { env: TARGET_PASSWORD }
  tls: { mode: disabled }
migration: full_and_incremental               # full | incremental
objects:
  - database: shop                            # whole database ...
    target: shop_lindorm                      # ... under another name
    include: ["*"]                            # default
    exclude: ["tmp_*"]
    tables:                                   # ... with exceptions table by table
      - table: orders
        target: orders_v2
        where: "status <> 'draft'"
        columns: { rename: { cust_id: customer_id }, exclude: [internal_note] }
        operations: [insert, update, delete, add_column]
        transform: { set: { total_eur: "row.total * 0.92" }, drop_if: "row.test" }
names: { case: preserve }
tables_on_target: { create: true, if_not_empty: fail }   # fail | allow
throttle:
  full: { source_queries_per_second: 50, rows_per_second: 20000, bytes_per_second: 20 MiB }
  incremental: { rows_per_second: 5000 }
retry: { connections: 12h, other: 10m }
on_ddl: { unsupported: stop }                 # stop | ignore
on_bad_row: fail                              # fail | reject
zero_dates: null                              # null | text | fail
tuning: { lanes: 16, chunk_bytes: 64 MiB, copiers: 4, appliers: 4, stamp_margin: 2s, write_spacing: 250ms }
alerts: { lag_above: 30s, webhook: { env: ALERT_URL } }
ignore: [binlog_retention]                    # precheck alerts accepted by name
labels: { environment: production }
"#;

    /// Reads `content` from a file called `name`; messages have FOLDER for the folder's path.
    fn read(name: &str, content: impl AsRef<[u8]>) -> Result<TaskFile, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        TaskFile::read(&path)
            .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "FOLDER"))
    }

    fn fault(name: &str, content: impl AsRef<[u8]>) -> String {
        read(name, content).expect_err(name)
    }

    #[test]
    fn yaml_and_json_give_the_same_task() {
        let yaml = read("shop.yaml", LEAST).expect("valid").task;
        let text = serde_json::to_string(&yaml.document()).expect("JSON");
        assert_eq!(read("shop.json", &text).expect("valid").task, yaml);
        assert_eq!(read("shop.YML", &text).expect("valid").task, yaml);
    }

    #[test]
    fn of_the_documented_example_only_what_a_later_version_will_obey_is_refused() {
        assert_eq!(
            fault("shop.yaml", EXAMPLE),
            "FOLDER/shop.yaml: the task document has 5 faults\n  \
             throttle: not supported by this version yet\n  \
             alerts: not supported by this version yet\n  \
             objects[0].tables[0].where: not supported by this version yet\n  \
             objects[0].tables[0].operations: not supported by this version yet\n  \
             objects[0].tables[0].transform: not supported by this version yet"
        );
    }

    #[test]
    fn a_file_that_is_no_document_is_told_by_its_name() {
        assert_eq!(fault("shop.toml", LEAST), "FOLDER/shop.toml is neither .yaml, .yml nor .json");
        assert_eq!(fault("shop", LEAST), "FOLDER/shop is neither .yaml, .yml nor .json");
        assert_eq!(fault("shop.yaml", b"name: \xFF"), "FOLDER/shop.yaml is not UTF-8 text");
        let twice = format!("{LEAST}name: other\n");
        assert_eq!(
            fault("shop.yaml", twice),
            "FOLDER/shop.yaml, line 8, column 1: a key that this mapping already has"
        );
        assert_eq!(
            fault("shop.json", "{\n\"name\": 1,\n\"name\": 2}"),
            "FOLDER/shop.json, line 3, column 6: not a JSON document: a key that this mapping already has"
        );
        let missing = TaskFile::read(Path::new("missing.yaml")).expect_err("no such file");
        assert_eq!(missing.to_string(), "missing.yaml cannot be read");
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("folder.yaml");
        std::fs::create_dir(&inner).expect("a folder");
        let read = TaskFile::read(&inner).expect_err("a folder").to_string();
        assert!(read.ends_with("folder.yaml cannot be read"), "{read}");
    }

    #[test]
    fn a_file_beyond_the_bound_is_not_parsed() {
        let spaces = vec![b' '; DOCUMENT_BYTES_MAX + 1];
        assert_eq!(fault("shop.yaml", spaces), "FOLDER/shop.yaml has more than 16777216 bytes");
    }

    #[test]
    fn paths_of_the_document_start_from_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.yaml");
        std::fs::write(&path, LEAST).expect("a file");
        std::fs::write(folder.path().join("source.password"), "hunter2\n").expect("a file");
        let file = TaskFile::read(&path).expect("valid");
        let authority = file.task.target.tls.ca.clone().expect("an authority");
        assert_eq!(file.path_of(&authority), folder.path().join("certificates/rds.pem"));
        assert_eq!(file.path_of(Path::new("/etc/a.pem")), Path::new("/etc/a.pem"));
        let reference: SecretReference = file.task.source.password.clone().expect("a reference");
        let secret = file.secret(&reference, &|_: &str| None).expect("a secret");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn ten_thousand_tables_with_an_entry_of_their_own_are_read() {
        let mut text = format!("{LEAST}    tables:\n");
        for number in 0..10_000 {
            let columns = "columns: { rename: { a: b }, exclude: [c] }";
            writeln!(text, "      - {{ table: table_{number}, target: moved_{number}, {columns} }}")
                .expect("written");
        }
        let file = read("shop.yaml", text).expect("valid");
        assert_eq!(file.task.objects[0].tables.len(), 10_000);
    }
}
