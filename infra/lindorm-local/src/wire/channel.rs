//! Both halves of a connection's packets together: for the login, where question and answer alternate.
//!
//! The command loop uses the three parts one by one, so that a packet may be looked at while its answer is written.

use std::io;

use crate::wire::input::{Arrival, Input};
use crate::wire::output::Output;
use crate::wire::transport::Transport;

/// A connection's stream with its two packet buffers.
pub(super) struct Channel {
    pub(super) transport: Transport,
    pub(super) input: Input,
    pub(super) output: Output,
}

impl Channel {
    pub(super) fn new(transport: Transport, packet_bytes_max: usize) -> Self {
        Channel { transport, input: Input::new(packet_bytes_max), output: Output::default() }
    }

    /// Sends what is written, then reads the client's answer to it.
    ///
    /// # Errors
    /// The socket's own; `UnexpectedEof` when the client goes instead, `InvalidData` for a packet above the limit.
    pub(super) fn ask(&mut self) -> io::Result<&[u8]> {
        self.send()?;
        self.input.expect_sequence(self.output.sequence());
        match self.input.next(&mut self.transport)? {
            Arrival::Packet => {
                self.output.start_at(self.input.sequence());
                Ok(self.input.payload())
            }
            Arrival::TooLarge => Err(io::ErrorKind::InvalidData.into()),
            Arrival::Closed => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Sends what is written.
    ///
    /// # Errors
    /// The socket's own.
    pub(super) fn send(&mut self) -> io::Result<()> {
        self.output.send(&mut self.transport)
    }
}
