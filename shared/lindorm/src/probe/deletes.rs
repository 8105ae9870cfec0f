//! Whether a DELETE hides what is stamped before it, also what arrives after it, and also where no row ever was.
//!
//! This is what keeps a key deleted while its copied row is still under way (design section 4). Stamps are a minute from the
//! target's time, so nothing rests on which node stamps the DELETE, nor on what becomes of equal stamps.
//! Next to each question stands its control: the same row under a key that is not deleted, and one stamped above the
//! DELETE; where these are not read, nothing hidden proves anything.

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::scratch::{MINUTE_MS, Scratch, fresh_key};

/// Which rows an ordinary read finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// Never deleted.
    control: bool,
    /// Before its DELETE.
    before: bool,
    /// After it.
    after: bool,
    /// Stamped below the DELETE, arrived after it.
    late: bool,
    /// The same of a key that had no row.
    late_without_row: bool,
    /// Stamped above the DELETE, arrived after it.
    above: bool,
}

/// `time` is the target's, where rows can be stamped.
pub(super) async fn measure(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let Some(time) = time else { return Ok(inconclusive("no row can be stamped")) };
    let (below, above) = (Some(time - MINUTE_MS), Some(time + MINUTE_MS));
    let (control, deleted, absent) = (fresh_key(), fresh_key(), fresh_key());
    scratch.put(&[control, deleted], Some(1), below).await?;
    let before = scratch.exists(deleted).await?;
    scratch.delete(deleted).await?;
    scratch.delete(absent).await?;
    let after = scratch.exists(deleted).await?;
    scratch.put(&[control, deleted, absent], Some(2), below).await?;
    let (late, late_without_row) = (scratch.exists(deleted).await?, scratch.exists(absent).await?);
    scratch.put(&[deleted], Some(3), above).await?;
    let (control, above) = (scratch.exists(control).await?, scratch.exists(deleted).await?);
    Ok(judge(Seen { control, before, after, late, late_without_row, above }))
}

fn judge(seen: Seen) -> Measured {
    if !seen.control || !seen.before {
        return inconclusive("a row just written is not found");
    }
    if !seen.above {
        return inconclusive("a row stamped after a DELETE is not found");
    }
    if seen.after || seen.late || seen.late_without_row { Measured::No } else { Measured::Yes }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::{Seen, judge};

    const HIDDEN: Seen =
        Seen { control: true, before: true, after: false, late: false, late_without_row: false, above: true };

    #[test]
    fn one_deleted_row_that_is_read_denies_it() {
        assert_eq!(judge(HIDDEN), Measured::Yes);
        assert_eq!(judge(Seen { after: true, ..HIDDEN }), Measured::No);
        assert_eq!(judge(Seen { late: true, ..HIDDEN }), Measured::No);
        assert_eq!(judge(Seen { late_without_row: true, ..HIDDEN }), Measured::No);
    }

    #[test]
    fn nothing_is_shown_where_the_control_is_not_read() {
        for seen in [
            Seen { control: false, ..HIDDEN },
            Seen { before: false, ..HIDDEN },
            Seen { above: false, ..HIDDEN },
        ] {
            assert!(matches!(judge(seen), Measured::Inconclusive { .. }));
        }
    }
}
