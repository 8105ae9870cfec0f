//! What the MySQL driver may keep of its packet buffers.
//!
//! The driver keeps up to 128 buffers for all connections of a process, each of up to 4 MiB once a large packet has been
//! through it, and they go round: the columns of one wide answer put as many buffers into the round, and large rows then
//! fill every one of them. That is half a gigabyte that nothing uses. The driver reads the bound from the environment
//! alone, once, and a process cannot safely change its own, so the program begins anew with it: same process id, same
//! arguments.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

const VARIABLE: &str = "MYSQL_ASYNC_BUFFER_SIZE_CAP";
/// Bytes a kept buffer may have: small rows and the statements made of them still reuse theirs.
const BUFFER_BYTES: &str = "65536";

/// Begins the program anew with the bound, unless the environment has one. Where that cannot be done the program goes on: it
/// works as well, and takes more memory.
pub fn bound(mut arguments: impl Iterator<Item = OsString>) {
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let (Ok(program), Some(name)) = (std::env::current_exe(), arguments.next()) else { return };
    // Returns only where it failed.
    let _ = Command::new(program).arg0(name).args(arguments).env(VARIABLE, BUFFER_BYTES).exec();
}
