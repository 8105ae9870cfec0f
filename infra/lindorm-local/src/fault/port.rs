//! The control port: commands over TCP, a line each, from this machine only.
//!
//! It asks for no password, so it listens on a loopback address and nowhere else.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::fault::control::Control;

/// The longest line, in bytes; a longer one ends the connection.
const LINE_BYTES_MAX: u64 = 4096;
/// How many connections there may be; one more is closed.
const CONNECTIONS_MAX: usize = 16;
/// How long to wait for the own connection that wakes the listener.
const WAKE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long to wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Why there is no control port.
#[derive(Debug, thiserror::Error)]
pub enum ControlPortError {
    /// Somebody else's machine could reach it.
    #[error("the control port listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0} for commands")]
    Listen(SocketAddr, #[source] io::Error),
    /// No thread for it.
    #[error("cannot start a thread for commands")]
    Thread(#[source] io::Error),
}

/// A control port; it closes when it is dropped.
#[derive(Debug)]
pub struct ControlPort {
    addr: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    control: Control,
    open: Mutex<BTreeMap<u64, TcpStream>>,
    is_stopping: AtomicBool,
}

impl ControlPort {
    /// Listens on a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// As [`ControlPortError`] says.
    pub fn open(addr: SocketAddr, control: Control) -> Result<Self, ControlPortError> {
        if !addr.ip().is_loopback() {
            return Err(ControlPortError::NotLoopback(addr));
        }
        let unavailable = |fault| ControlPortError::Listen(addr, fault);
        let listener = TcpListener::bind(addr).map_err(unavailable)?;
        let addr = listener.local_addr().map_err(unavailable)?;
        let shared =
            Arc::new(Shared { control, open: Mutex::default(), is_stopping: AtomicBool::new(false) });
        let for_listener = Arc::clone(&shared);
        let listener = thread::Builder::new()
            .name("control".to_owned())
            .spawn(move || accept_all(&listener, &for_listener))
            .map_err(ControlPortError::Thread)?;
        Ok(Self { addr, shared, listener: Some(listener) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for ControlPort {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        // The listener sleeps in accept: a connection wakes it.
        if TcpStream::connect_timeout(&self.addr, WAKE_TIMEOUT).is_ok()
            && let Some(listener) = self.listener.take()
        {
            let _ = listener.join();
        }
        for socket in self.shared.open().values() {
            let _ = socket.shutdown(Shutdown::Both); // Already gone is as good.
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept_all(listener: &TcpListener, shared: &Arc<Shared>) {
    for number in 0.. {
        let accepted = listener.accept();
        if shared.is_stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok((socket, _)) = accepted else {
            thread::sleep(ACCEPT_PAUSE);
            continue;
        };
        // A connection that cannot be served is closed by being dropped.
        let Ok(kept) = socket.try_clone() else { continue };
        {
            let mut open = shared.open();
            if open.len() >= CONNECTIONS_MAX {
                continue;
            }
            open.insert(number, kept);
        }
        let for_client = Arc::clone(shared);
        let spawned = thread::Builder::new().name("control client".to_owned()).spawn(move || {
            // A client that is gone has heard all it wanted to.
            let _ = converse(&socket, &for_client.control);
            for_client.open().remove(&number);
        });
        if spawned.is_err() {
            shared.open().remove(&number);
        }
    }
}

fn converse(socket: &TcpStream, control: &Control) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut lines = BufReader::new(socket);
    let mut answers = socket;
    loop {
        let mut line = String::new();
        let bytes = lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
        if bytes == 0 {
            return Ok(());
        }
        if !line.ends_with('\n') && bytes as u64 >= LINE_BYTES_MAX {
            answers.write_all(b"error the line is too long\n")?;
            return Ok(());
        }
        answers.write_all(format!("{}\n", control.answer(line.trim())).as_bytes())?;
    }
}
