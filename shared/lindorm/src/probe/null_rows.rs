//! Whether a row exists whose non-key columns are all NULL: written so with a stamp, without one, or become so.

use std::time::Duration;

use migration::capabilities::Measured;

use crate::failure::Failure;
use crate::moment::now;
use crate::probe::inconclusive;
use crate::probe::scratch::{Scratch, fresh_key};

/// Between two writes of one key, so that their order does not rest on which node stamps them.
const APART: Duration = Duration::from_millis(500);

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let (plain, stamped, emptied) = (fresh_key(), fresh_key(), fresh_key());
    scratch.put(&[emptied], Some(1), None).await?;
    scratch.put(&[plain], None, None).await?;
    scratch.put(&[stamped], None, i64::try_from(now().0).ok()).await?;
    tokio::time::sleep(APART).await;
    scratch.put(&[emptied], None, None).await?;
    let mut exist = Vec::new();
    for key in [plain, stamped, emptied] {
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
