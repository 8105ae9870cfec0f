//! What was cut off from the buffers to be shipped, and is packed while reading goes on.
//!
//! # Why reading on changes nothing of what is shipped
//!
//! 1. A load is cut between two events and carries all that is said of it: the payloads, how far reading had come, the
//!    transactions in it, what each lane is told. Nothing of it is looked up later in what goes on being read.
//! 2. At most one load is under way. Whatever is shipped or stored besides, a load behind it, a barrier, the bare
//!    position, is so only after it (`ship`). So loads are sent in the order they were cut in, and the stored position
//!    never passes one that was not sent.
//! 3. Packing has no effect. A load that is dropped with its invocation was never sent, and the stored position is still
//!    in front of it.
//! 4. What is held stays bounded: the buffers, one load before packing, and as it is packed.

use migration::batch::{BatchHead, Packer, PayloadWriter};
use migration::gtid::GtidSet;
use migration::reader_state::Shipped;

use crate::aside::Aside;
use crate::cursor::Reached;
use crate::lanes::Sealed;

/// Bytes that are worth a thread.
const ASIDE_BYTES: usize = 256 << 10;

/// Payloads that are complete, in the order of their lanes, and what is said of them.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) reached: Reached,
    pub(crate) shipped: Vec<Shipped>,
    /// The transactions in it.
    pub(crate) gtids: GtidSet,
    /// Whether one of them has no GTID.
    pub(crate) anonymous: bool,
    pub(crate) packing: Aside<(Vec<Sealed>, Kit)>,
}

/// Memory for packing, to be used again.
#[derive(Debug, Default)]
pub(crate) struct Kit {
    packer: Packer,
    writers: Vec<PayloadWriter>,
}

impl Kit {
    /// An empty payload.
    pub(crate) fn writer(&mut self) -> PayloadWriter {
        self.writers.pop().unwrap_or_default()
    }

    /// Packs payloads, aside where they are many bytes.
    pub(crate) fn pack(self, payloads: Vec<(BatchHead, PayloadWriter)>) -> Aside<(Vec<Sealed>, Self)> {
        let bytes: usize = payloads.iter().map(|(_, writer)| writer.len()).sum();
        if bytes < ASIDE_BYTES {
            return Aside::known(self.pack_all(payloads));
        }
        Aside::start(move || self.pack_all(payloads))
    }

    fn pack_all(mut self, payloads: Vec<(BatchHead, PayloadWriter)>) -> (Vec<Sealed>, Self) {
        let mut sealed = Vec::with_capacity(payloads.len());
        for (head, mut writer) in payloads {
            sealed.push(Sealed { lane: head.lane, packed: self.packer.pack(head, &writer) });
            writer.clear();
            self.writers.push(writer);
        }
        (sealed, self)
    }
}
