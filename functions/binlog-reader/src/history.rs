//! Whether a file of the log is the one that was read before (protocol H16).
//!
//! # Why a log that started again is never taken for a continuation
//!
//! 1. After RESET BINARY LOGS, or on a restored server, files have the same names and other contents. What differs is the
//!    header time of a file's first event (its `created` field is no help: servers zero it when reading starts inside).
//! 2. So server id and header time are stored for every file that reading may go back to, and each file is compared when
//!    it is met: the file reading starts in, at each connect, and those after it, up to the newest known.
//! 3. The same server with another history proves nothing by GTIDs: numbers lost in a crash are given again to other
//!    transactions. So it stops the run, whatever its executed set says.

use migration::port::{ChangeLog, CheckpointTable, Clock, ObjectStore, Queue, RowImages};
use migration::reader_state::ReaderState;

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;

/// What is to be done about another history.
pub(crate) const REMEDY: &str =
    "rows of the lost history may be on the target: start the task under a new name to copy again";

/// The name of the file of this number, after the name of another.
pub(crate) fn name_of(known: &str, number: u64) -> String {
    match known.rsplit_once('.') {
        Some((stem, digits)) if digits.parse() == Ok(number) => format!("{stem}.{digits}"),
        Some((stem, _)) => format!("{stem}.{number:06}"),
        None => known.to_owned(),
    }
}

/// What is stored of the file of this number.
fn known(state: &ReaderState, name: &str, number: u64) -> Option<(u32, u32)> {
    let by_name = state.evidence.format.filter(|_| state.evidence.file_name == name);
    state.formats.get(&number).copied().or(by_name)
}

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// A file is read from here on: it is the one that is known, or it is known from now on.
    pub(crate) async fn meet_file(
        &self,
        held: &mut Held,
        number: u64,
        name: &str,
        format: (u32, u32),
    ) -> Result<(), Halt> {
        let state = &mut held.state.value;
        if let Some(known) = known(state, name, number)
            && known != format
        {
            let end = self.log.end().await?;
            if end.server_uuid != state.evidence.server_uuid {
                return Err(Halt::Again);
            }
            let what = format!("the source's log has another history: {name} is not the file that was read");
            return Err(Halt::stop(what, REMEDY));
        }
        // Stored with the next position; until then nothing of the file counts as read.
        state.formats.insert(number, format);
        name.clone_into(&mut state.evidence.file_name);
        state.evidence.format = Some(format);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn files_are_named_after_one_another() {
        assert_eq!(name_of("binlog.000007", 7), "binlog.000007");
        assert_eq!(name_of("my.host-bin.000010", 9), "my.host-bin.000009");
        assert_eq!(name_of("binlog.999999", 1_000_000), "binlog.1000000");
        assert_eq!(name_of("binlog.1000000", 999_999), "binlog.999999");
    }
}
