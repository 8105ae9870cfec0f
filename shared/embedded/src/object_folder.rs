//! The object store in a folder: one file an object.
//!
//! # Why an object is there whole or not at all
//!
//! 1. Its bytes are written to a file whose name no object has, and synced.
//! 2. The file is renamed over the object's, which replaces an older one at once. A reader sees one or the other.
//! 3. The folder is synced before anybody is answered, and so are the folders made for it.
//!
//! Names are checked before they become paths: a part has letters, digits and `-`, so none leads out of the folder.
//! What a dead process leaves half written ends in `.part` and means nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, create_dir};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migration::port::{ObjectStore, PortError, Surface, admit_object_name};
use migration::retry::{Effect, Retry};

/// A pause after the operating system was out of something.
const PAUSE: Duration = Duration::from_millis(500);

/// Numbers the unfinished files of this process.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// A folder of objects; made where it is missing, when the first object is put.
#[derive(Debug, Clone)]
pub struct ObjectFolder {
    folder: PathBuf,
}

impl ObjectFolder {
    /// The objects of this folder; nothing is touched yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folders objects stand in, by the first part of their names, with the rest of the names.
    ///
    /// # Errors
    /// Where the disk fails.
    pub async fn folders(&self) -> Result<BTreeMap<String, Vec<String>>, PortError> {
        self.run(PathBuf::new(), |folder, _| {
            let mut folders = BTreeMap::new();
            for entry in entries(folder)? {
                if folder.join(&entry).is_dir() {
                    let names = entries(&folder.join(&entry))?;
                    let objects = names.into_iter().filter(|name| admit_object_name(name).is_ok());
                    folders.insert(entry, objects.collect());
                }
            }
            Ok(folders)
        })
        .await
    }

    /// Removes a folder with every object in it, the unfinished ones too; nobody may put one there meanwhile.
    ///
    /// # Errors
    /// Where the disk fails; one that is not there is no error.
    pub async fn remove_folder(&self, name: &str) -> Result<(), PortError> {
        self.work(name, |_, folder| match fs::remove_dir_all(folder) {
            Err(error) if is_absent(&error) => Ok(()),
            removed => removed,
        })
        .await
    }

    /// Work on the object of this name.
    async fn work<T, W>(&self, name: &str, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&Path, PathBuf) -> io::Result<T> + Send + 'static,
    {
        admit_object_name(name)?;
        self.run(self.folder.join(name), work).await
    }

    /// Runs blocking work beside the runtime's own threads.
    async fn run<T, W>(&self, file: PathBuf, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&Path, PathBuf) -> io::Result<T> + Send + 'static,
    {
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || work(&folder, file)).await;
        // The work has no panic of its own; a runtime that shuts down ends it.
        done.unwrap_or_else(|_| Err(io::Error::from(ErrorKind::Interrupted))).map_err(failed)
    }
}

impl ObjectStore for ObjectFolder {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        self.work(name, move |folder, file| put(folder, &file, &bytes)).await
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        self.work(name, |_, file| match fs::read(file) {
            Err(error) if is_absent(&error) => Ok(None),
            read => read.map(Some),
        })
        .await
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        self.work(name, |_, file| match fs::remove_file(file) {
            Err(error) if is_absent(&error) => Ok(()),
            removed => removed,
        })
        .await
    }
}

/// The names in a folder, in order; none where it is not there.
fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let found = match fs::read_dir(folder) {
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        found => found?,
    };
    let mut names = Vec::new();
    for entry in found {
        // A name that is no text is not ours.
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// No such object; its name may also be that of a folder, or lead through an object.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}

fn put(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = file.parent().unwrap_or(folder);
    make_durably(parent)?;
    let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
    let unfinished = file.with_added_extension(format!("{}-{number}.part", std::process::id()));
    let written = write_synced(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, file));
    if written.is_err() {
        // Only tidiness: a name that ends so is no object's.
        drop(fs::remove_file(&unfinished));
    }
    written.and_then(|()| sync_folder(parent))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder and those above it, each synced into the one that holds it.
fn make_durably(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new(""));
    make_durably(parent)?;
    match create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => made?,
    }
    sync_folder(parent)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

fn failed(error: io::Error) -> PortError {
    let (summary, retry) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("the disk of the data folder is full", Retry::Operator)
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ("the data folder's objects may not be written or read", Retry::Operator)
        }
        ErrorKind::Interrupted | ErrorKind::OutOfMemory | ErrorKind::ResourceBusy => {
            ("the data folder's objects are busy", Retry::After(PAUSE))
        }
        _ => ("the disk of the data folder failed", Retry::Operator),
    };
    PortError {
        surface: Surface::Objects,
        code: None,
        summary: summary.to_owned(),
        retry,
        effect: Effect::Unknown,
        cause: Some(Box::new(error)),
    }
}
