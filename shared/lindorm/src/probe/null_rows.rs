//! Whether a row exists whose non-key columns are all NULL: written so with a stamp, without one, or become so.

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::probe::experiment::inconclusive;
use crate::probe::scratch::{Scratch, fresh_key};

/// `time` is the target's, where rows can be stamped.
pub(super) async fn measure(scratch: &Scratch<'_>, time: Option<i64>) -> Result<Measured, Failure> {
    let (plain, stamped, emptied) = (fresh_key(), fresh_key(), fresh_key());
    scratch.put(&[plain], None, None).await?;
    let mut keys = vec![plain, emptied];
    if let Some(time) = time {
        scratch.put(&[stamped], None, Some(time)).await?;
        keys.push(stamped);
    }
    scratch.put_before(&[emptied], time).await?;
    scratch.put(&[emptied], None, None).await?;
    let mut exist = Vec::new();
    for key in keys {
        exist.push(scratch.exists(key).await?);
    }
    Ok(judge(&exist))
}

fn judge(exist: &[bool]) -> Measured {
    if exist.iter().all(|exists| *exists) {
        Measured::Yes
    } else if exist.iter().any(|exists| *exists) {
        inconclusive("some rows of only NULLs exist and some do not")
    } else {
        Measured::No
    }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::judge;

    #[test]
    fn only_agreement_is_an_answer() {
        assert_eq!(judge(&[true, true, true]), Measured::Yes);
        assert_eq!(judge(&[false, false, false]), Measured::No);
        assert!(matches!(judge(&[true, false, true]), Measured::Inconclusive { .. }));
    }
}
