//! Makes a payload a message: compressed, in base64, in its envelope, with each byte written once.
//!
//! It keeps the memory of the batch before, so that a batch costs one allocation, its body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};

use crate::batch::{BatchHead, Envelope, Payload, PayloadWriter, object_name};
use crate::limits::BATCH_PAYLOAD_BYTES_MAX;
use crate::port::Outgoing;

/// Memory that is kept from one batch to the next; a larger payload's is given back.
const KEPT_BYTES_MAX: usize = 1 << 20;
/// How an envelope around an inline payload ends, behind the payload.
const END: &str = "\"}}";
/// The length of the payload before compression stands in front of it.
const SIZE_BYTES: usize = 4;

/// A batch that is ready to be sent.
#[derive(Debug)]
pub struct Packed {
    /// The message.
    pub message: Outgoing,
    /// The payload, and the name under which it must be in the object store before the message is sent; none where the
    /// message carries it.
    pub object: Option<(String, Vec<u8>)>,
}

impl Packed {
    /// Bytes it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.message.body.len() + self.object.as_ref().map_or(0, |(_, payload)| payload.len())
    }

    /// Never: a message has an envelope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// Packs batches one after the other.
pub struct Packer {
    table: CompressTable,
    compressed: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Self { table: CompressTable::large(), compressed: Vec::new() }
    }
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").finish_non_exhaustive()
    }
}

impl Packer {
    /// Packs a payload.
    pub fn pack(&mut self, head: BatchHead, payload: &PayloadWriter) -> Packed {
        let length = self.compress(payload.bytes());
        let compressed = self.compressed.get(..length).unwrap_or_default();
        let packed = if length <= BATCH_PAYLOAD_BYTES_MAX {
            Packed { message: inline(head, compressed), object: None }
        } else {
            let name = object_name(&head);
            let message = Envelope { head, payload: Payload::Object(name.clone()) }.outgoing();
            Packed { message, object: Some((name, compressed.to_vec())) }
        };
        if self.compressed.len() > KEPT_BYTES_MAX {
            self.compressed = Vec::new();
        }
        packed
    }

    /// Compresses, and tells how many bytes it came to.
    fn compress(&mut self, payload: &[u8]) -> usize {
        let most = SIZE_BYTES + get_maximum_output_size(payload.len());
        if self.compressed.len() < most {
            self.compressed.resize(most, 0);
        }
        let size = u32::try_from(payload.len()).expect("invariant: a payload is far below 4 GiB");
        let (front, rest) = self.compressed.split_at_mut(SIZE_BYTES);
        front.copy_from_slice(&size.to_le_bytes());
        let length = compress_into_with_table(payload, rest, &mut self.table)
            .expect("invariant: the output takes the longest block");
        SIZE_BYTES + length
    }
}

/// The message whose envelope carries the payload; base64 needs no escapes in JSON.
fn inline(head: BatchHead, compressed: &[u8]) -> Outgoing {
    let mut message = Envelope { head, payload: Payload::Inline(String::new()) }.outgoing();
    let body = &mut message.body;
    assert_eq!(body.split_off(body.len().saturating_sub(END.len())), END, "invariant: the payload is last");
    body.reserve_exact(compressed.len().div_ceil(3) * 4 + END.len());
    STANDARD.encode_string(compressed, body);
    body.push_str(END);
    message
}

#[cfg(test)]
mod tests {
    use super::{BATCH_PAYLOAD_BYTES_MAX, Packer};
    use crate::batch::{BatchHead, ChangeKind, Envelope, Payload, PayloadWriter, read_payload};
    use crate::lane::Lane;
    use crate::lane_progress::Epoch;
    use crate::position::{LogPlace, Position, Timeline};
    use crate::record::TableNumber;
    use crate::run::RunId;
    use crate::schema::SchemaVersion;
    use crate::time::UnixMs;

    fn payload(bytes: usize) -> (BatchHead, PayloadWriter) {
        let at = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 4 });
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let image: Vec<u8> = (0..bytes).map(|_| random()).collect();
        let mut writer = PayloadWriter::default();
        let table = writer.table(TableNumber(0), &[1]);
        writer.add(table, at.row(1, 0), UnixMs(1), ChangeKind::Insert { after: &image });
        let head = BatchHead {
            run: RunId(uuid::Uuid::from_u128(1)),
            epoch: Epoch(1),
            lane: Lane(3),
            seq: 7,
            schema: SchemaVersion(0),
            first: at,
            last: at,
            operations: 1,
            committed_at: UnixMs(1),
        };
        (head, writer)
    }

    #[test]
    fn a_packed_batch_is_the_envelope_around_the_compressed_payload() {
        let mut packer = Packer::default();
        for bytes in [0, 1, 2, 70_000, 300, BATCH_PAYLOAD_BYTES_MAX - 8_000, 5] {
            let (head, writer) = payload(bytes);
            let packed = packer.pack(head, &writer);
            let expected = Envelope::inline(head, &writer.compressed()).unwrap().outgoing();
            assert!(packed.object.is_none() && packed.len() == packed.message.body.len());
            assert_eq!(
                (&packed.message.group, &packed.message.deduplication),
                (&expected.group, &expected.deduplication)
            );
            assert_eq!(Envelope::parse(&packed.message.body).unwrap().head, head);
            let Payload::Inline(text) = Envelope::parse(&packed.message.body).unwrap().payload else {
                panic!()
            };
            let read = read_payload(&crate::batch::inline_payload(&text).unwrap()).unwrap();
            assert_eq!(read.len(), writer.len());
            assert!(read.read().all(|item| item.is_ok()));
        }
    }

    #[test]
    fn a_payload_too_large_for_a_message_is_named_by_it() {
        let (head, writer) = payload(3 * BATCH_PAYLOAD_BYTES_MAX);
        let mut packer = Packer::default();
        let packed = packer.pack(head, &writer);
        let (name, bytes) = packed.object.unwrap();
        assert_eq!(Envelope::parse(&packed.message.body).unwrap().payload, Payload::Object(name));
        assert_eq!(read_payload(&bytes).unwrap().len(), writer.len());
        assert!(packer.compressed.is_empty(), "the memory of a large one is given back");
    }
}
