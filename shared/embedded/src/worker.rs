//! A thread that owns a connection, because SQLite blocks and the runtime must not.
//!
//! Writing: everything that waits when the thread is free goes into one SQLite transaction, each piece in its own
//! savepoint, and is answered after the commit is synced. One sync thus serves all callers that came during the
//! last one; a piece that fails takes nothing else with it. Reading: one piece after the other, without transaction.
//!
//! A transaction in which nobody asked for durability is not synced: it survives the death of the process, and a
//! power loss takes it back whole. Later syncs cover it, because the log is written in order.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use migration::port::{PortError, Surface};
use migration::retry::Effect;
use rusqlite::{Connection, ffi};
use tokio::sync::oneshot;

use crate::classify::{failed, failed_with, gone};

/// Pieces in one transaction; bounds how long the first waits for the last.
const GROUP_MAX: usize = 256;

/// Whether the thread writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Each piece by itself.
    Read,
    /// Pieces in groups, one transaction a group.
    Write,
}

/// What an answer promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The work survives the death of the process.
    Process,
    /// The work survives a power loss.
    Power,
}

/// A handle to the thread; dropping it waits until everything accepted is done.
#[derive(Debug)]
pub(crate) struct Worker {
    pieces: Option<Sender<Box<dyn Piece>>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(connection: Connection, mode: Mode) -> std::io::Result<Self> {
        let (pieces, waiting) = channel();
        let name = match mode {
            Mode::Read => "embedded-read",
            Mode::Write => "embedded-write",
        };
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || match mode {
            Mode::Read => read(&connection, &waiting),
            Mode::Write => write(&connection, &waiting),
        })?;
        Ok(Self { pieces: Some(pieces), thread: Some(thread) })
    }

    /// Reads, or does a piece of work and answers once it survives a power loss. It is done also if nobody waits
    /// for the answer.
    pub(crate) async fn submit<T: Send + 'static>(
        &self,
        surface: Surface,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, PortError> {
        self.submit_with(surface, Durability::Power, work).await
    }

    /// Does a piece of work and answers once it is as durable as asked.
    pub(crate) async fn submit_with<T: Send + 'static>(
        &self,
        surface: Surface,
        durability: Durability,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, PortError> {
        let (caller, answer) = oneshot::channel();
        let piece = Box::new(Work { surface, durability, work: Some(work), done: None, caller });
        let pieces = self.pieces.as_ref().ok_or_else(|| gone(surface, Effect::None))?;
        pieces.send(piece).map_err(|_| gone(surface, Effect::None))?;
        answer.await.map_err(|_| gone(surface, Effect::Unknown))?
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.pieces = None;
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been answered to whoever waited; there is nothing left to tell.
            let _ = thread.join();
        }
    }
}

/// Why a whole transaction came to nothing.
#[derive(Clone, Copy)]
struct GroupFailure {
    error: ffi::Error,
    effect: Effect,
}

/// A piece of work of any type.
trait Piece: Send {
    /// What its answer promises.
    fn durability(&self) -> Durability;
    /// Does it; whether its writes are to be kept.
    fn work(&mut self, connection: &Connection) -> bool;
    /// Tells the caller, knowing what became of the transaction.
    fn answer(self: Box<Self>, group: Result<(), GroupFailure>);
}

struct Work<T, W> {
    surface: Surface,
    durability: Durability,
    work: Option<W>,
    done: Option<Result<T, PortError>>,
    caller: oneshot::Sender<Result<T, PortError>>,
}

impl<T: Send, W: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Piece for Work<T, W> {
    fn durability(&self) -> Durability {
        self.durability
    }

    fn work(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let done = work(connection).map_err(|error| failed(self.surface, &error, Effect::None));
        let kept = done.is_ok();
        self.done = Some(done);
        kept
    }

    fn answer(self: Box<Self>, group: Result<(), GroupFailure>) {
        let outcome = match (self.done, group) {
            (Some(done), Ok(())) => done,
            // A piece that failed by itself has no effect, whatever became of the others.
            (Some(Err(error)), Err(_)) => Err(error),
            (Some(Ok(_)) | None, Err(failure)) => {
                Err(failed_with(self.surface, failure.error, failure.effect))
            }
            (None, Ok(())) => Err(gone(self.surface, Effect::None)),
        };
        // A caller that gave up waiting is no fault.
        let _ = self.caller.send(outcome);
    }
}

fn read(connection: &Connection, waiting: &Receiver<Box<dyn Piece>>) {
    while let Ok(mut piece) = waiting.recv() {
        piece.work(connection);
        piece.answer(Ok(()));
    }
}

fn write(connection: &Connection, waiting: &Receiver<Box<dyn Piece>>) {
    let mut synced = Durability::Power;
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX {
            let Ok(next) = waiting.try_recv() else { break };
            group.push(next);
        }
        let needed = if group.iter().any(|piece| piece.durability() == Durability::Power) {
            Durability::Power
        } else {
            Durability::Process
        };
        let outcome =
            sync_by(connection, &mut synced, needed).and_then(|()| commit_group(connection, &mut group));
        for piece in group {
            piece.answer(outcome);
        }
    }
}

/// Says how the next commits are synced, where that changes. The connection starts with `Power`.
fn sync_by(connection: &Connection, synced: &mut Durability, needed: Durability) -> Result<(), GroupFailure> {
    if *synced == needed {
        return Ok(());
    }
    let level = match needed {
        Durability::Process => "normal",
        Durability::Power => "full",
    };
    let change = connection.pragma_update(None, "synchronous", level);
    change.map_err(|error| GroupFailure { error: code_of(&error), effect: Effect::None })?;
    *synced = needed;
    Ok(())
}

fn commit_group(connection: &Connection, group: &mut [Box<dyn Piece>]) -> Result<(), GroupFailure> {
    execute(connection, "BEGIN IMMEDIATE").map_err(|error| GroupFailure { error, effect: Effect::None })?;
    for piece in group {
        if let Err(error) = in_savepoint(connection, piece.as_mut()) {
            roll_back(connection);
            return Err(GroupFailure { error, effect: Effect::None });
        }
    }
    execute(connection, "COMMIT").map_err(|error| {
        roll_back(connection);
        // The log may hold the commit although syncing it failed, and a later start would then find it.
        GroupFailure { error, effect: Effect::Unknown }
    })
}

/// Runs one piece; an error says that the whole transaction is lost.
fn in_savepoint(connection: &Connection, piece: &mut dyn Piece) -> Result<(), ffi::Error> {
    execute(connection, "SAVEPOINT piece")?;
    let kept = piece.work(connection);
    if connection.is_autocommit() {
        // SQLite ends the transaction by itself after a full disk, an I/O error or lack of memory.
        return Err(ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK));
    }
    if !kept {
        execute(connection, "ROLLBACK TO piece")?;
    }
    execute(connection, "RELEASE piece")
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        // Nothing is left to do about a failed rollback: the next BEGIN fails then, and is answered so.
        let _ = execute(connection, "ROLLBACK");
    }
}

fn execute(connection: &Connection, sql: &str) -> Result<(), ffi::Error> {
    let done = connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    done.map(|_| ()).map_err(|error| code_of(&error))
}

fn code_of(error: &rusqlite::Error) -> ffi::Error {
    error.sqlite_error().copied().unwrap_or(ffi::Error::new(ffi::SQLITE_ERROR))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migration::port::{PortError, Surface};
    use migration::retry::{Effect, Retry};
    use rusqlite::Connection;
    use tokio::sync::oneshot::{self, Receiver};

    use super::{Durability, Piece, Work, commit_group};

    /// A table whose foreign key is looked at only by COMMIT, which is a way to make one fail.
    const TABLES: &str = "PRAGMA foreign_keys = on; CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE t \
        (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);";

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        connection
    }

    type Outcome = Receiver<Result<(), PortError>>;

    fn piece(sql: &'static str) -> (Box<dyn Piece>, Outcome) {
        let (caller, answer) = oneshot::channel();
        let work = move |connection: &Connection| connection.execute_batch(sql);
        let surface = Surface::Checkpoint;
        (
            Box::new(Work { surface, durability: Durability::Power, work: Some(work), done: None, caller }),
            answer,
        )
    }

    /// Commits the pieces as one group; each one's answer, none where it succeeded.
    fn commit(connection: &Connection, pieces: &[&'static str]) -> Vec<Option<(Retry, Effect)>> {
        let (mut group, answers): (Vec<_>, Vec<_>) = pieces.iter().map(|sql| piece(sql)).unzip();
        let outcome = commit_group(connection, &mut group);
        for piece in group {
            piece.answer(outcome);
        }
        let told = answers.into_iter().map(|mut answer| answer.try_recv().expect("each caller is answered"));
        told.map(|outcome| outcome.err().map(|error| (error.retry, error.effect))).collect()
    }

    fn ids(connection: &Connection) -> Vec<i64> {
        let mut statement = connection.prepare("SELECT id FROM t ORDER BY id").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    const REFUSED: Option<(Retry, Effect)> = Some((Retry::Operator, Effect::None));

    #[test]
    fn a_piece_that_fails_takes_nothing_else_with_it() {
        let connection = connection();
        let outcomes = commit(
            &connection,
            &[
                "INSERT INTO t (id) VALUES (1)",
                "INSERT INTO t (id) VALUES (2), (1)",
                "INSERT INTO t (id) VALUES (3)",
            ],
        );
        assert_eq!(outcomes, [None, REFUSED, None]);
        assert_eq!(ids(&connection), [1, 3]);
    }

    #[test]
    fn after_a_failed_commit_nobody_is_told_that_his_work_is_stored() {
        let connection = connection();
        let outcomes = commit(
            &connection,
            &["INSERT INTO t (id) VALUES (1)", "nonsense", "INSERT INTO t VALUES (2, 7)"],
        );
        let unknown = Some((Retry::Operator, Effect::Unknown));
        assert_eq!(outcomes, [unknown, REFUSED, unknown]);
        assert_eq!(ids(&connection), [0; 0]);
        assert_eq!(commit(&connection, &["INSERT INTO t (id) VALUES (4)"]), [None]);
        assert_eq!(ids(&connection), [4]);
    }

    #[test]
    fn a_transaction_lost_on_the_way_is_told_to_everybody_as_without_effect() {
        let connection = connection();
        let outcomes = commit(
            &connection,
            &["INSERT INTO t (id) VALUES (1)", "ROLLBACK", "INSERT INTO t (id) VALUES (2)"],
        );
        assert_eq!(outcomes, [REFUSED, REFUSED, REFUSED]);
        assert_eq!(ids(&connection), [0; 0]);
        assert_eq!(commit(&connection, &["INSERT INTO t (id) VALUES (4)"]), [None]);
    }

    #[test]
    fn a_file_locked_by_another_process_is_worth_another_try() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Connection::open(folder.path().join("file")).unwrap();
        let (connection, other) = (open(), open());
        connection.execute_batch(TABLES).unwrap();
        connection.busy_timeout(Duration::ZERO).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let [Some((retry, effect))] = commit(&connection, &["INSERT INTO t (id) VALUES (1)"])[..] else {
            panic!("the commit did not fail");
        };
        assert!(matches!(retry, Retry::After(_)) && effect == Effect::None);
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(commit(&connection, &["INSERT INTO t (id) VALUES (1)"]), [None]);
    }

    #[test]
    fn a_full_disk_asks_for_a_person_and_spares_what_fitted() {
        let connection = connection();
        connection.execute_batch("CREATE TABLE large (body BLOB); PRAGMA max_page_count = 20").unwrap();
        let outcomes = commit(
            &connection,
            &["INSERT INTO t (id) VALUES (1)", "INSERT INTO large VALUES (zeroblob(1000000))"],
        );
        assert_eq!(outcomes.last(), Some(&REFUSED));
        assert_eq!(ids(&connection).len(), outcomes.iter().filter(|outcome| outcome.is_none()).count());
    }
}
