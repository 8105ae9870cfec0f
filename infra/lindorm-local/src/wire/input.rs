//! Packets from the client: frames are read into one buffer that is used again for every command.
//!
//! A packet of one frame is handed out in place, without a copy. A packet of several frames (above 16 MiB) is put
//! together up to a limit; beyond it the rest is read and dropped, so that the client, which is still sending, gets an
//! error it can read and the connection stays usable. Never more than the limit plus one read is held.

use std::io::{self, Read};

use crate::wire::protocol::FRAME_PAYLOAD_MAX;

/// Bytes asked of the socket at a time: a hundred-row statement in one go, and little to hold for an idle connection.
const READ_BYTES: usize = 16 << 10;

/// A buffer above this size is given back once its packet is done.
const KEEP_BYTES: usize = 4 << 20;

/// How reading one packet ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// A packet; its bytes are [`Input::payload`].
    Packet,
    /// A packet above the limit, read and dropped.
    TooLarge,
    /// The client has gone, between two packets.
    Closed,
}

/// The reading half's state. The socket is an argument, so that a payload may be looked at while an answer is written.
#[derive(Debug)]
pub(super) struct Input {
    buffer: Vec<u8>,
    /// Start of the bytes not handed out yet.
    start: usize,
    /// End of the bytes read.
    end: usize,
    /// The packet handed out last, when it stood in one frame.
    packet: std::ops::Range<usize>,
    /// The packet handed out last, when it came in several frames.
    joined: Vec<u8>,
    /// The sequence number expected in the next frame.
    sequence: u8,
    bytes_max: usize,
}

impl Input {
    pub(super) fn new(bytes_max: usize) -> Self {
        Input {
            buffer: Vec::new(),
            start: 0,
            end: 0,
            packet: 0..0,
            joined: Vec::new(),
            sequence: 0,
            bytes_max,
        }
    }

    /// The bytes of the last packet.
    pub(super) fn payload(&self) -> &[u8] {
        if self.joined.is_empty() { &self.buffer[self.packet.clone()] } else { &self.joined }
    }

    /// The sequence number that an answer to the last packet starts with.
    pub(super) fn sequence(&self) -> u8 {
        self.sequence
    }

    /// Says which sequence number the next frame must have; 0 before each command.
    pub(super) fn expect_sequence(&mut self, sequence: u8) {
        self.sequence = sequence;
    }

    /// Takes the bytes that were read beyond the last packet: the start of a TLS handshake.
    pub(super) fn take_unread(&mut self) -> Vec<u8> {
        let unread = self.buffer[self.start..self.end].to_vec();
        self.start = self.end;
        unread
    }

    /// Reads one packet.
    ///
    /// # Errors
    /// The socket's own; `UnexpectedEof` inside a packet; `InvalidData` for a frame out of order.
    pub(super) fn next(&mut self, io: &mut impl Read) -> io::Result<Arrival> {
        self.joined = Vec::new();
        self.packet = 0..0;
        let mut dropping = false;
        let mut joining = false;
        loop {
            if !self.fill(io, 4)? {
                return if joining { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Arrival::Closed) };
            }
            let length = self.frame_header()?;
            let is_last = length < FRAME_PAYLOAD_MAX;
            dropping = dropping || self.joined.len() + length > self.bytes_max;
            if dropping {
                self.joined = Vec::new();
                self.skip(io, length)?;
            } else {
                if length > 0 && !self.fill(io, length)? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                let frame = self.start..self.start + length;
                self.start = frame.end;
                if is_last && !joining {
                    self.packet = frame;
                } else {
                    self.joined.extend_from_slice(&self.buffer[frame]);
                }
            }
            if is_last {
                return Ok(if dropping { Arrival::TooLarge } else { Arrival::Packet });
            }
            joining = true;
        }
    }

    fn frame_header(&mut self) -> io::Result<usize> {
        let header = &self.buffer[self.start..self.start + 4];
        if header[3] != self.sequence {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "packets out of order"));
        }
        let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
        self.sequence = self.sequence.wrapping_add(1);
        self.start += 4;
        Ok(length)
    }

    /// Makes `wanted` unread bytes stand in the buffer; `false` when the client closed before the first of them.
    fn fill(&mut self, io: &mut impl Read, wanted: usize) -> io::Result<bool> {
        if self.end - self.start >= wanted {
            return Ok(true);
        }
        self.make_room(wanted);
        while self.end - self.start < wanted {
            let got = match io.read(&mut self.buffer[self.end..]) {
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if got == 0 {
                return if self.end == self.start {
                    Ok(false)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
            self.end += got;
        }
        Ok(true)
    }

    fn make_room(&mut self, wanted: usize) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let size = wanted.max(READ_BYTES);
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        } else if self.buffer.len() > KEEP_BYTES && size.max(self.end) <= KEEP_BYTES {
            self.buffer.truncate(size.max(self.end));
            self.buffer.shrink_to_fit();
        }
    }

    fn skip(&mut self, io: &mut impl Read, mut left: usize) -> io::Result<()> {
        while left > 0 {
            if self.start == self.end && !self.fill(io, 1)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = left.min(self.end - self.start);
            self.start += step;
            left -= step;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival, FRAME_PAYLOAD_MAX, Input};

    fn frame(sequence: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
        [&length[..3], &[sequence], payload].concat()
    }

    #[test]
    fn packets_that_arrive_together_are_handed_out_one_by_one() {
        let bytes = [frame(0, b"one"), frame(0, b""), frame(0, b"two")].concat();
        let mut io = bytes.as_slice();
        let mut input = Input::new(100);
        for expected in [&b"one"[..], b"", b"two"] {
            input.expect_sequence(0);
            assert_eq!(input.next(&mut io).unwrap(), Arrival::Packet);
            assert_eq!(input.payload(), expected);
        }
        input.expect_sequence(0);
        assert_eq!(input.next(&mut io).unwrap(), Arrival::Closed);
    }

    #[test]
    fn a_packet_of_several_frames_is_put_together() {
        let big = vec![7_u8; FRAME_PAYLOAD_MAX];
        let bytes = [frame(0, &big), frame(1, b"end"), frame(0, b"next")].concat();
        let mut io = bytes.as_slice();
        let mut input = Input::new(FRAME_PAYLOAD_MAX + 3);
        assert_eq!(input.next(&mut io).unwrap(), Arrival::Packet);
        assert_eq!(input.payload().len(), FRAME_PAYLOAD_MAX + 3);
        assert_eq!(&input.payload()[FRAME_PAYLOAD_MAX..], b"end");
        assert_eq!(input.sequence(), 2);
        input.expect_sequence(0);
        assert_eq!(input.next(&mut io).unwrap(), Arrival::Packet);
        assert_eq!(input.payload(), b"next");
    }

    #[test]
    fn a_packet_above_the_limit_is_dropped_and_the_next_one_read() {
        let big = vec![7_u8; FRAME_PAYLOAD_MAX];
        let bytes = [frame(0, &big), frame(1, b"too much"), frame(0, b"next")].concat();
        let mut io = bytes.as_slice();
        let mut input = Input::new(FRAME_PAYLOAD_MAX);
        assert_eq!(input.next(&mut io).unwrap(), Arrival::TooLarge);
        input.expect_sequence(0);
        assert_eq!(input.next(&mut io).unwrap(), Arrival::Packet);
        assert_eq!(input.payload(), b"next");
    }

    #[test]
    fn a_frame_out_of_order_and_a_torn_packet_are_errors() {
        let bytes = frame(3, b"x");
        assert_eq!(
            Input::new(10).next(&mut bytes.as_slice()).unwrap_err().kind(),
            std::io::ErrorKind::InvalidData
        );
        let bytes = frame(0, b"abc");
        assert_eq!(
            Input::new(10).next(&mut &bytes[..5]).unwrap_err().kind(),
            std::io::ErrorKind::UnexpectedEof
        );
    }
}
