//! Packets to the client: payloads are written straight into one buffer, framed in place, sent when asked.
//!
//! Sending blocks, and that is the back-pressure: a result stream produces its next batch only after the last one went
//! out. This file never decides what is sent.

use std::io::{self, Write};

use crate::engine::ErrorLanguage;
use crate::wire::protocol::FRAME_PAYLOAD_MAX;

/// A buffer above this size is given back after it was sent.
const KEEP_BYTES: usize = 1 << 20;

/// The bytes not sent yet.
#[derive(Debug, Default)]
pub(super) struct Output {
    buffer: Vec<u8>,
    /// Where the header of the open packet stands.
    open: usize,
    sequence: u8,
    /// Whether errors are told in Chinese.
    is_chinese: bool,
}

impl Output {
    /// Sets the language of errors.
    pub(super) fn speak(&mut self, language: ErrorLanguage) {
        self.is_chinese = language == ErrorLanguage::Chinese;
    }

    pub(super) fn is_chinese(&self) -> bool {
        self.is_chinese
    }

    /// Sets the sequence number of the next frame.
    pub(super) fn start_at(&mut self, sequence: u8) {
        self.sequence = sequence;
    }

    /// The sequence number after everything written so far: what the client's next frame must have.
    pub(super) fn sequence(&self) -> u8 {
        self.sequence
    }

    /// Opens a packet; its payload is appended to the buffer that is returned.
    pub(super) fn open(&mut self) -> &mut Vec<u8> {
        self.open = self.buffer.len();
        self.buffer.extend_from_slice(&[0; 4]);
        &mut self.buffer
    }

    /// Closes the open packet: writes its header, or several if it is long.
    pub(super) fn close(&mut self) {
        let length = self.buffer.len() - self.open - 4;
        if length >= FRAME_PAYLOAD_MAX {
            self.split(length);
            return;
        }
        self.write_header(self.open, length);
    }

    /// Drops the open packet: its row could not be written after all.
    pub(super) fn abandon(&mut self) {
        self.buffer.truncate(self.open);
    }

    /// The bytes that wait to be sent.
    pub(super) fn pending_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Sends everything.
    ///
    /// # Errors
    /// The socket's own.
    pub(super) fn send(&mut self, io: &mut impl Write) -> io::Result<()> {
        io.write_all(&self.buffer)?;
        io.flush()?;
        self.buffer.clear();
        if self.buffer.capacity() > KEEP_BYTES {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    fn write_header(&mut self, at: usize, length: usize) {
        // A frame's length fits three bytes: the callers keep it at or below FRAME_PAYLOAD_MAX.
        let [b0, b1, b2, ..] = length.to_le_bytes();
        self.buffer[at..at + 4].copy_from_slice(&[b0, b1, b2, self.sequence]);
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// A payload of n full frames is followed by a frame with the rest, even if the rest is empty.
    fn split(&mut self, length: usize) {
        let payload = self.buffer.split_off(self.open + 4);
        self.buffer.truncate(self.open);
        self.buffer.reserve(length + (length / FRAME_PAYLOAD_MAX + 1) * 4);
        let mut rest = payload.as_slice();
        loop {
            let (frame, after) = rest.split_at(rest.len().min(FRAME_PAYLOAD_MAX));
            let at = self.buffer.len();
            self.buffer.extend_from_slice(&[0; 4]);
            self.write_header(at, frame.len());
            self.buffer.extend_from_slice(frame);
            rest = after;
            if frame.len() < FRAME_PAYLOAD_MAX {
                return;
            }
        }
    }
}

/// Appends a length-encoded integer.
pub(super) fn put_lenenc(out: &mut Vec<u8>, value: u64) {
    let bytes = value.to_le_bytes();
    match value {
        0..=0xfa => out.push(bytes[0]),
        0xfb..=0xffff => {
            out.push(0xfc);
            out.extend_from_slice(&bytes[..2]);
        }
        0x1_0000..=0xff_ffff => {
            out.push(0xfd);
            out.extend_from_slice(&bytes[..3]);
        }
        0x100_0000.. => {
            out.push(0xfe);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Appends bytes with their length before them.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_lenenc(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::{FRAME_PAYLOAD_MAX, Output, put_lenenc};

    #[test]
    fn a_packet_is_framed_in_place_with_a_rising_sequence_number() {
        let mut output = Output::default();
        output.start_at(1);
        for payload in [&b"ab"[..], b""] {
            output.open().extend_from_slice(payload);
            output.close();
        }
        let mut sent = Vec::new();
        output.send(&mut sent).unwrap();
        assert_eq!(sent, [2, 0, 0, 1, b'a', b'b', 0, 0, 0, 2]);
        assert_eq!(output.sequence(), 3);
    }

    #[test]
    fn a_payload_of_exactly_one_full_frame_is_followed_by_an_empty_one() {
        let mut output = Output::default();
        output.open().resize(4 + FRAME_PAYLOAD_MAX, 9);
        output.close();
        let mut sent = Vec::new();
        output.send(&mut sent).unwrap();
        assert_eq!(sent.len(), FRAME_PAYLOAD_MAX + 8);
        assert_eq!(sent[..5], [0xff, 0xff, 0xff, 0, 9]);
        assert_eq!(sent[FRAME_PAYLOAD_MAX + 4..], [0, 0, 0, 1]);
    }

    #[test]
    fn an_abandoned_packet_leaves_no_trace() {
        let mut output = Output::default();
        output.open().extend_from_slice(b"half");
        output.abandon();
        assert_eq!(output.pending_bytes(), 0);
        assert_eq!(output.sequence(), 0);
    }

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        let encoded = |value| {
            let mut out = Vec::new();
            put_lenenc(&mut out, value);
            out
        };
        assert_eq!(encoded(0xfa), [0xfa]);
        assert_eq!(encoded(0xfb), [0xfc, 0xfb, 0]);
        assert_eq!(encoded(0x1_0000), [0xfd, 0, 0, 1]);
        assert_eq!(encoded(0x100_0000), [0xfe, 0, 0, 0, 1, 0, 0, 0, 0]);
    }
}
