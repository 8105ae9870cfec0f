//! A client that sends exactly the bytes it is told: for what a well-behaved driver never does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) const CONNECT_WITH_DB: u32 = 1 << 3;
pub(crate) const PROTOCOL_41: u32 = 1 << 9;
pub(crate) const SSL: u32 = 1 << 11;
pub(crate) const SECURE_CONNECTION: u32 = 1 << 15;
pub(crate) const PLUGIN_AUTH: u32 = 1 << 19;

pub(crate) struct Raw {
    pub(crate) socket: TcpStream,
    sequence: u8,
}

impl Raw {
    /// Connects and reads the first packet: the greeting, or the refusal of a connection.
    pub(crate) fn open(addr: SocketAddr) -> (Self, Vec<u8>) {
        let socket = TcpStream::connect(addr).expect("a connection");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout above zero");
        let mut raw = Raw { socket, sequence: 0 };
        let first = raw.read().expect("a first packet");
        (raw, first)
    }

    /// Connects and logs in as `root` without a password.
    pub(crate) fn log_in(addr: SocketAddr) -> Self {
        let (mut raw, _) = Raw::open(addr);
        raw.write(&login_packet("root", b"", "caching_sha2_password", None));
        assert_eq!(raw.read().expect("an answer")[0], 0, "the login succeeds");
        raw
    }

    /// Sends one packet in the running conversation.
    pub(crate) fn write(&mut self, payload: &[u8]) {
        let mut rest = payload;
        loop {
            let (frame, after) = rest.split_at(rest.len().min(0xff_ffff));
            let length = u32::try_from(frame.len()).expect("a frame's length").to_le_bytes();
            self.socket
                .write_all(&[&length[..3], &[self.sequence], frame].concat())
                .expect("the server listens");
            self.sequence = self.sequence.wrapping_add(1);
            rest = after;
            if frame.len() < 0xff_ffff {
                return;
            }
        }
    }

    /// Sends a command, which starts a conversation, without waiting for an answer.
    pub(crate) fn send(&mut self, code: u8, body: &[u8]) {
        self.sequence = 0;
        self.write(&[&[code], body].concat());
    }

    /// Sends a command and reads the first packet of its answer.
    pub(crate) fn command(&mut self, code: u8, body: &[u8]) -> Vec<u8> {
        self.send(code, body);
        self.read().expect("an answer")
    }

    /// Sends a frame under a sequence number of the caller's choice.
    pub(crate) fn write_as(&mut self, sequence: u8, payload: &[u8]) {
        self.sequence = sequence;
        self.write(payload);
    }

    /// Reads one packet; `None` when the server has closed.
    pub(crate) fn read(&mut self) -> Option<Vec<u8>> {
        let mut header = [0; 4];
        self.socket.read_exact(&mut header).ok()?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let mut payload = vec![0; usize::try_from(length).expect("a frame's length")];
        self.socket.read_exact(&mut payload).ok()?;
        self.sequence = header[3].wrapping_add(1);
        Some(payload)
    }
}

/// A login of the 4.1 protocol.
pub(crate) fn login_packet(user: &str, proof: &[u8], method: &str, database: Option<&str>) -> Vec<u8> {
    let with_database = if database.is_some() { CONNECT_WITH_DB } else { 0 };
    let mut packet = (PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | with_database).to_le_bytes().to_vec();
    packet.extend([0; 28]);
    packet.extend(user.as_bytes());
    packet.push(0);
    packet.push(u8::try_from(proof.len()).expect("a short proof"));
    packet.extend(proof);
    for text in database.into_iter().chain([method]) {
        packet.extend(text.as_bytes());
        packet.push(0);
    }
    packet
}

/// Number and SQLSTATE of an ERR packet.
pub(crate) fn error(packet: &[u8]) -> (u16, &str) {
    assert_eq!(packet[0], 0xff, "an ERR packet");
    (u16::from_le_bytes([packet[1], packet[2]]), std::str::from_utf8(&packet[4..9]).expect("an SQLSTATE"))
}

/// Whether a packet is OK.
pub(crate) fn is_ok(packet: &[u8]) -> bool {
    packet[0] == 0
}
