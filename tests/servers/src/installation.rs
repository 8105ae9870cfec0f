//! Where MySQL is on this machine: the answer of `infra/mysql/mysqld-find`.
//!
//! The script is asked once a process. Never guesses a path by itself, so there is one place that knows the order.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::error::ServerError;
use crate::finder::{Answer, Finder};

const SCRIPT: Finder = Finder { name: "mysqld-find", path: "infra/mysql/mysqld-find" };

/// Programs and folders of a MySQL that runs here.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Where it came from: `override`, `path`, `packages` or `docker`.
    pub source: String,
    /// Version of the server, such as `9.7.4`.
    pub version: String,
    /// The server program.
    pub mysqld: PathBuf,
    /// The `mysql` client; empty if the installation has none.
    pub mysql: PathBuf,
    /// The `mysqldump` client; empty if the installation has none.
    pub mysqldump: PathBuf,
    /// The `mysqlbinlog` client; empty if the installation has none.
    pub mysqlbinlog: PathBuf,
    /// For `--basedir`.
    pub basedir: PathBuf,
    /// For `--lc-messages-dir`; holds `charsets/`.
    pub share: PathBuf,
    /// For `--plugin-dir`; `None` when the server's own default is right.
    pub plugins: Option<PathBuf>,
    /// An initialised data folder, to be copied.
    pub template: PathBuf,
}

static FOUND: Mutex<Option<Installation>> = Mutex::new(None);

impl Installation {
    /// Finds a MySQL; the first call on a machine may fetch and unpack one (half a minute).
    ///
    /// # Errors
    /// Fails when there is none; the message says what to do.
    pub fn find() -> Result<Self, ServerError> {
        let mut found = FOUND.lock().expect("invariant: nothing panics while it holds this lock");
        if let Some(installation) = &*found {
            return Ok(installation.clone());
        }
        let answer = SCRIPT.ask(|message| ServerError::NoMysql { message })?;
        let installation = parse(&answer)?;
        *found = Some(installation.clone());
        Ok(installation)
    }
}

fn parse(answer: &Answer) -> Result<Installation, ServerError> {
    let text = |name| answer.text(name);
    let plugins = text("FERRY_MYSQL_PLUGINS")?;
    Ok(Installation {
        source: text("FERRY_MYSQL_SOURCE")?,
        version: text("FERRY_MYSQL_VERSION")?,
        mysqld: text("FERRY_MYSQL_MYSQLD")?.into(),
        mysql: text("FERRY_MYSQL_MYSQL")?.into(),
        mysqldump: text("FERRY_MYSQL_MYSQLDUMP")?.into(),
        mysqlbinlog: text("FERRY_MYSQL_MYSQLBINLOG")?.into(),
        basedir: text("FERRY_MYSQL_BASEDIR")?.into(),
        share: text("FERRY_MYSQL_SHARE")?.into(),
        plugins: (!plugins.is_empty()).then(|| plugins.into()),
        template: text("FERRY_MYSQL_TEMPLATE")?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, parse};

    #[test]
    fn an_answer_without_a_template_is_refused_by_name() {
        let answer = "FERRY_MYSQL_SOURCE='path'\nFERRY_MYSQL_PLUGINS=''\n";
        let refusal = parse(&SCRIPT.read(answer)).unwrap_err().to_string();
        assert_eq!(refusal, "mysqld-find did not say FERRY_MYSQL_VERSION");
    }
}
