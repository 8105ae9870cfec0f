//! The byte stream of one connection: the bare socket, or TLS over it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A socket that the connection's thread and the list of connections share: one file descriptor for both.
#[derive(Debug, Clone)]
pub(super) struct Socket(pub(super) Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

/// A stream that can be upgraded once.
pub(super) enum Transport {
    /// Plaintext.
    Plain(Socket),
    /// TLS 1.2.
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
}

impl Transport {
    /// Answers a TLS handshake whose first bytes have been read already.
    ///
    /// # Errors
    /// A client that speaks no TLS, or none that the server speaks; it has got an alert by then.
    pub(super) fn upgrade(&mut self, config: Arc<ServerConfig>, unread: &[u8]) -> io::Result<()> {
        let Transport::Plain(socket) = self else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a second TLS request"));
        };
        let mut tls = ServerConnection::new(config).map_err(io::Error::other)?;
        let mut unread = unread;
        while !unread.is_empty() {
            tls.read_tls(&mut unread)?;
            if let Err(fault) = tls.process_new_packets() {
                while tls.wants_write() {
                    tls.write_tls(socket)?;
                }
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
            }
        }
        while tls.is_handshaking() {
            tls.complete_io(socket)?;
        }
        *self = Transport::Tls(Box::new(StreamOwned::new(tls, socket.clone())));
        Ok(())
    }

    /// Whether what is sent is hidden from the network.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self, Transport::Tls(_))
    }

    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Transport::Plain(socket) => &socket.0,
            Transport::Tls(stream) => &stream.sock.0,
        }
    }

    /// Says goodbye as far as the client still listens. A connection that ends has nobody to report a fault to.
    pub(super) fn close(&mut self) {
        if let Transport::Tls(stream) = self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.socket().shutdown(Shutdown::Both);
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.read(buffer),
            Transport::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.write(bytes),
            Transport::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Transport::Plain(socket) => socket.flush(),
            Transport::Tls(stream) => stream.flush(),
        }
    }
}
