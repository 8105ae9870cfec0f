//! The listener: accepts connections, gives each its own thread, and ends them all on shutdown.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;

use crate::engine::{DataDirError, Engine};
use crate::fault::{Control, ControlPort, ControlPortError, Faults};
use crate::wire::certificate::{self, Identity};
use crate::wire::credential::{Account, Proved};
use crate::wire::options::{Options, User};
use crate::wire::output::Output;
use crate::wire::transport::Socket;
use crate::wire::{connection, refusal, reply};

/// How long to wait after a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// How long a refused client may take to be told why.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// How long shutdown waits for statements that are still running.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// An account without a password on an address that others can reach.
    #[error("user `{user}` has an empty password, which is possible on a loopback address only")]
    EmptyPassword {
        /// The account.
        user: String,
    },
    /// The certificate or its key cannot be used.
    #[error("certificate not usable: {0}")]
    Certificate(String),
    /// The authority's certificate cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The control port cannot be opened.
    #[error("no control port")]
    Control(#[from] ControlPortError),
    /// The data folder cannot be used.
    #[error("no data")]
    Data(#[from] DataDirError),
    /// No thread for the listener.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
    control: Control,
    control_port: Option<ControlPort>,
}

impl Server {
    /// Starts a server with an engine of its own; it accepts connections when this returns.
    ///
    /// # Errors
    /// As [`StartError`] says.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let Options { listen, ref users, ref tls, .. } = options;
        if let Some(User { name, .. }) = users.iter().find(|user| user.password.0.is_empty())
            && !listen.ip().is_loopback()
        {
            return Err(StartError::EmptyPassword { user: name.clone() });
        }
        let identity = certificate::identity(tls)?;
        let unavailable = |source| StartError::Listen { addr: listen, source };
        let listener = TcpListener::bind(listen).map_err(unavailable)?;
        let addr = listener.local_addr().map_err(unavailable)?;
        let engine = match &options.data_dir {
            Some(folder) => Engine::open(options.engine.clone(), folder)?,
            None => Engine::new(options.engine.clone()),
        };
        let engine = Arc::new(engine);
        for user in users {
            engine.install_account(&user.name, &user.password.0, user.login);
        }
        let faults = Arc::new(Faults::default());
        let control = Control::new(Arc::clone(&engine), Arc::clone(&faults));
        let control_port =
            options.control.map(|addr| ControlPort::open(addr, control.clone())).transpose()?;
        let proved = Proved::default();
        let shared = Arc::new(Shared { engine, faults, proved, identity, options, live: Live::default() });
        let for_listener = Arc::clone(&shared);
        let listener = thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || accept_all(&listener, &for_listener))
            .map_err(StartError::Thread)?;
        Ok(Server { addr, shared, listener: Some(listener), control, control_port })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The engine behind it.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        self.shared.engine()
    }

    /// The faults that strike its connections and statements.
    #[must_use]
    pub fn faults(&self) -> &Arc<Faults> {
        self.shared.faults()
    }

    /// What carries out commands, as the control port does.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Where the control port listens, if there is one.
    #[must_use]
    pub fn control_addr(&self) -> Option<SocketAddr> {
        self.control_port.as_ref().map(ControlPort::addr)
    }

    /// The certificate of the authority it made for itself, as PEM, for clients that verify.
    #[must_use]
    pub fn authority_pem(&self) -> Option<&str> {
        self.shared.identity.authority_pem.as_deref()
    }

    /// How many connections there are.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.shared.live.sockets().len()
    }

    /// Stops listening, cuts every connection and waits for its thread; a statement that is running ends first.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        let Some(listener) = self.listener.take() else { return };
        self.shared.live.stopping.store(true, Ordering::SeqCst);
        self.control_port = None;
        self.shared.faults.close();
        // The listener sleeps in accept: a connection wakes it.
        let mut door = self.addr;
        if door.ip().is_unspecified() {
            door.set_ip(match door {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        if TcpStream::connect_timeout(&door, REFUSAL_TIMEOUT).is_ok() {
            let _ = listener.join();
        }
        self.shared.live.cut_all();
        self.shared.engine.close();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What every connection sees.
#[derive(Debug)]
pub(super) struct Shared {
    engine: Arc<Engine>,
    faults: Arc<Faults>,
    proved: Proved,
    identity: Identity,
    options: Options,
    live: Live,
}

impl Shared {
    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(super) fn faults(&self) -> &Arc<Faults> {
        &self.faults
    }

    /// What a user's login is checked against.
    pub(super) fn account<'a>(&'a self, user: &'a str) -> Option<Account<'a>> {
        self.engine.credential(user).map(|credential| Account::new(user, credential, &self.proved))
    }

    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.identity.config.clone()
    }

    pub(super) fn login_timeout(&self) -> Duration {
        self.options.login_timeout
    }

    pub(super) fn idle_timeout(&self) -> Duration {
        self.options.idle_timeout
    }

    pub(super) fn packet_bytes_max(&self) -> usize {
        self.options.packet_bytes_max
    }
}

/// The connections there are, by number.
#[derive(Debug, Default)]
struct Live {
    sockets: Mutex<BTreeMap<u32, Socket>>,
    one_left: Condvar,
    stopping: AtomicBool,
}

impl Live {
    fn sockets(&self) -> MutexGuard<'_, BTreeMap<u32, Socket>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, id: u32) {
        self.sockets().remove(&id);
        self.one_left.notify_all();
    }

    fn cut_all(&self) {
        let sockets = self.sockets();
        for socket in sockets.values() {
            let _ = socket.0.shutdown(Shutdown::Both); // Already gone is as good.
        }
        let _left = self.one_left.wait_timeout_while(sockets, SHUTDOWN_PATIENCE, |live| !live.is_empty());
    }
}

/// Takes a connection out of the list when its thread ends, also by a panic.
struct Leaving {
    shared: Arc<Shared>,
    id: u32,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.shared.live.leave(self.id);
    }
}

fn accept_all(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut last_id: u32 = 0;
    loop {
        let accepted = listener.accept();
        if shared.live.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok((socket, _)) = accepted else {
            thread::sleep(ACCEPT_PAUSE);
            continue;
        };
        last_id = last_id.wrapping_add(1);
        if !admit(socket, shared, last_id) {
            thread::sleep(ACCEPT_PAUSE);
        }
    }
}

/// Gives a connection its thread; `false` if the system has none, and the client is sent away by the closing socket.
fn admit(socket: TcpStream, shared: &Arc<Shared>, id: u32) -> bool {
    let limit = shared.engine.connections_max().unwrap_or(shared.options.connections_max);
    let socket = Socket(Arc::new(socket));
    if shared.faults.strikes_connection() {
        turn_away(socket, shared, limit);
        return true;
    }
    {
        let mut sockets = shared.live.sockets();
        if sockets.len() >= limit {
            drop(sockets);
            turn_away(socket, shared, limit);
            return true;
        }
        sockets.insert(id, socket.clone());
    }
    let leaving = Leaving { shared: Arc::clone(shared), id };
    thread::Builder::new()
        .name(format!("connection {id}"))
        .spawn(move || connection::serve(socket, &leaving.shared, id))
        .is_ok()
}

/// Sends error 1040 in place of the greeting (`lindorm.md` 11 rule 8).
fn turn_away(mut socket: Socket, shared: &Shared, limit: usize) {
    let mut output = Output::default();
    output.speak(shared.engine().error_language());
    reply::error(&mut output, &refusal::too_many_connections(limit));
    // A client that does not take its refusal has left.
    let _ = socket
        .0
        .set_write_timeout(Some(REFUSAL_TIMEOUT))
        .and_then(|()| output.send(&mut socket))
        .and_then(|()| socket.flush());
}
