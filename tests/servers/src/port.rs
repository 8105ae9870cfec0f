//! A free port on the loopback for a server that cannot choose one itself.
//!
//! Ports are taken from below the range that the kernel uses for outgoing connections (32768 and up on Linux), so that
//! a server which is restarted on its port does not find it taken by somebody's client connection.
//! A free port can be lost between the look and the use: callers must be ready to ask again.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::ServerError;

const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static ASKED: AtomicU32 = AtomicU32::new(0);

/// A port that can be bound now. Processes start looking at different places.
///
/// # Errors
/// Fails when every port of the range is taken.
pub(crate) fn free() -> Result<u16, ServerError> {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let asked = ASKED.fetch_add(1, Ordering::Relaxed);
    let start = (nanos / 1_000).wrapping_add(process::id().wrapping_mul(7_919)).wrapping_add(asked * 131);
    (0..u32::from(COUNT))
        .filter_map(|step| u16::try_from(start.wrapping_add(step) % u32::from(COUNT)).ok())
        .map(|place| FIRST + place)
        .find(|port| can_be_bound(*port))
        .ok_or(ServerError::NoPort)
}

/// Whether nobody listens on this port of the loopback.
pub(crate) fn can_be_bound(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
