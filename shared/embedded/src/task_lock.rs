//! One process a task: a lock of the operating system on a file in the data folder.
//!
//! The lock belongs to the open file, so it vanishes with the process however that ends; the file itself stays and
//! means nothing. The process id inside is only told to the operator and decides nothing.
//!
//! Who runs a task holds the lock alone; who only asks shares it for a moment. So a task that is being asked about can
//! be taken: a lock that can be shared is held by nobody alone, and taking it is tried again.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Who only asks is done in no time; one that was stopped while it did must not keep a task from running unseen.
const ASKING_MAX: Duration = Duration::from_secs(5);
const BETWEEN_TRIES: Duration = Duration::from_millis(1);

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
    /// Takes the task, or says who holds it. Never waits for one who does.
    ///
    /// # Errors
    /// [`TaskLockError`].
    pub fn acquire(data_dir: &Path, task: &str) -> Result<Self, TaskLockError> {
        let path = path_of(data_dir, task)?;
        if let Some(folder) = path.parent() {
            create_dir_all(folder).map_err(TaskLockError::File)?;
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(TaskLockError::File)?;
        let start = Instant::now();
        while !locked(file.try_lock())? {
            let is_asked_about = locked(file.try_lock_shared())?;
            if !is_asked_about || start.elapsed() > ASKING_MAX {
                return Err(TaskLockError::Held { pid: read_pid(&mut file) });
            }
            file.unlock().map_err(TaskLockError::File)?;
            std::thread::sleep(BETWEEN_TRIES);
        }
        write_pid(&mut file).map_err(TaskLockError::File)?;
        Ok(Self { _file: file })
    }

    /// Whether somebody holds the task. Asking is in nobody's way.
    ///
    /// # Errors
    /// [`TaskLockError::Name`] and [`TaskLockError::File`].
    pub fn is_held(data_dir: &Path, task: &str) -> Result<bool, TaskLockError> {
        match File::open(path_of(data_dir, task)?) {
            Ok(file) => Ok(!locked(file.try_lock_shared())?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(TaskLockError::File(error)),
        }
    }
}

fn path_of(data_dir: &Path, task: &str) -> Result<PathBuf, TaskLockError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if task.is_empty() || !task.bytes().all(is_plain) {
        return Err(TaskLockError::Name);
    }
    Ok(data_dir.join("locks").join(format!("{task}.lock")))
}

fn locked(attempt: Result<(), TryLockError>) -> Result<bool, TaskLockError> {
    match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(TaskLockError::File(error)),
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
    use std::sync::atomic::{AtomicBool, Ordering};

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
        assert!(TaskLock::is_held(folder.path(), "shop-move").unwrap());
        drop(held);
        assert!(!TaskLock::is_held(folder.path(), "shop-move").unwrap());
        assert!(!TaskLock::is_held(folder.path(), "unknown").unwrap());
        TaskLock::acquire(folder.path(), "shop-move").unwrap();
    }

    #[test]
    fn a_task_can_be_taken_while_others_ask_about_it() {
        let folder = tempfile::tempdir().unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        TaskLock::is_held(folder.path(), "shop-move").unwrap();
                    }
                });
            }
            let taken: Vec<_> =
                (0..1_000).map(|_| TaskLock::acquire(folder.path(), "shop-move").map(drop)).collect();
            is_over.store(true, Ordering::Relaxed);
            assert!(taken.iter().all(Result::is_ok));
        });
    }

    #[test]
    fn a_name_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../x", "a/b", "."] {
            assert!(matches!(TaskLock::acquire(folder.path(), name), Err(TaskLockError::Name)), "{name}");
        }
    }
}
