//! A line to a server that can be cut: a forwarder on the loopback.

use std::io::copy;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Forwards every connection to a server, until it is cut.
pub(crate) struct Line {
    port: u16,
    server: Arc<AtomicU16>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    cuts: AtomicUsize,
}

impl Line {
    /// A line to a server on the loopback.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let open = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&open);
        let server = Arc::new(AtomicU16::new(server));
        let leads_to = Arc::clone(&server);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, leads_to.load(Ordering::Relaxed)));
                let Ok(server) = TcpStream::connect(address) else { continue };
                let again = |stream: &TcpStream| stream.try_clone().expect("a handle");
                kept.lock().expect("no holder panics").extend([again(&client), again(&server)]);
                for (mut from, mut to) in [(again(&client), again(&server)), (server, client)] {
                    thread::spawn(move || {
                        let _ = copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { port, server, open, cuts: AtomicUsize::new(0) }
    }

    /// The port to connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Leads later connections to another server.
    pub(crate) fn lead_to(&self, server: u16) {
        self.server.store(server, Ordering::Relaxed);
    }

    /// Cuts every connection that is open; later ones are forwarded again.
    pub(crate) fn cut(&self) {
        for stream in self.open.lock().expect("no holder panics").drain(..) {
            if stream.shutdown(Shutdown::Both).is_ok() {
                self.cuts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// How many ends of connections were cut.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.load(Ordering::Relaxed)
    }
}
