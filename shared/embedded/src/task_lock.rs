//! One process a task: a lock of the operating system on a file in the data folder.
//!
//! The lock belongs to the open file, so it vanishes with the process however that ends; the file itself stays and
//! means nothing. The process id inside is only told to the operator and decides nothing.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// The right of this process to run a task; given back when dropped.
#[derive(Debug)]
pub struct TaskLock {
    /// Open as long as the right is held.
    _file: File,
}

/// Why a task cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum TaskLockError {
    /// Another process, or another part of this one, runs the task.
    #[error("the task is already running{}", pid.map(|pid| format!(" in process {pid}")).unwrap_or_default())]
    Held {
        /// Its process id, where it could be read.
        pid: Option<u32>,
    },
    /// The name would not be one file name.
    #[error("a task name of letters, digits, `-` and `_` is needed")]
    Name,
    /// The lock file cannot be made or locked.
    #[error("the lock file of the task cannot be used")]
    File(#[source] io::Error),
}

impl TaskLock {
    /// Takes the task, or says who holds it. Never waits.
    ///
    /// # Errors
    /// [`TaskLockError`].
    pub fn acquire(data_dir: &Path, task: &str) -> Result<Self, TaskLockError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if task.is_empty() || !task.bytes().all(is_plain) {
            return Err(TaskLockError::Name);
        }
        let folder = data_dir.join("locks");
        create_dir_all(&folder).map_err(TaskLockError::File)?;
        let path = folder.join(format!("{task}.lock"));
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(TaskLockError::File)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(TaskLockError::Held { pid: read_pid(&mut file) }),
            Err(TryLockError::Error(error)) => return Err(TaskLockError::File(error)),
        }
        write_pid(&mut file).map_err(TaskLockError::File)?;
        Ok(Self { _file: file })
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::{TaskLock, TaskLockError};

    #[test]
    fn a_task_is_taken_once_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let held = TaskLock::acquire(folder.path(), "shop-move").unwrap();
        let refused = TaskLock::acquire(folder.path(), "shop-move").unwrap_err();
        assert!(matches!(refused, TaskLockError::Held { pid: Some(pid) } if pid == std::process::id()));
        assert_eq!(
            refused.to_string(),
            format!("the task is already running in process {}", std::process::id())
        );
        TaskLock::acquire(folder.path(), "another").unwrap();
        drop(held);
        TaskLock::acquire(folder.path(), "shop-move").unwrap();
    }

    #[test]
    fn a_name_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../x", "a/b", "."] {
            assert!(matches!(TaskLock::acquire(folder.path(), name), Err(TaskLockError::Name)), "{name}");
        }
    }
}
