//! Whether an UPSERT sent as soon as the DELETE of its key was acknowledged is read.
//!
//! On one connection and without a pause, so that both often fall into one millisecond of the target's clock: there the
//! delete marker may win. One lost row is enough to know that two writes of a key must be kept apart. Nothing rests on it.

use migration::capabilities::Measured;
use migration::statement_form::TimeoutHint;

use crate::failure::Failure;
use crate::probe::line::{is_free_to_repeat, is_refusal};
use crate::probe::scratch::{Scratch, TEXT, Written, fresh_key};
use crate::request::Backslashes;

const TRIES: usize = 10;

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let hint = match scratch.target.tell(&scratch.delete_line(fresh_key(), TimeoutHint::Given), TEXT).await {
        Err(failure) if is_refusal(&failure) => TimeoutHint::Left,
        Err(failure) => return Err(failure),
        Ok(()) => TimeoutHint::Given,
    };
    let mut leased = scratch.target.pool().lease(Backslashes::Any).await.map_err(Failure::before_sending)?;
    let (mut keys, mut refused) = (Vec::new(), None);
    for _ in 0..TRIES {
        let key = fresh_key();
        let deleting = scratch.delete_line(key, hint);
        let writing = scratch.upsert(&[Written { key, a: Some(1), b: Some(1) }], None);
        let mut both = deleting.run(&mut leased.session, TEXT).await;
        if both.is_ok() {
            both = writing.run(&mut leased.session, scratch.values).await;
        }
        match both {
            Ok(()) => keys.push(key),
            // A later try would not be at once.
            Err(failure) if is_free_to_repeat(&failure) => refused = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    leased.give_back();
    if let Some(failure) = refused.filter(|_| keys.len() < TRIES / 2) {
        return Err(failure);
    }
    let mut exist = Vec::new();
    for key in keys {
        exist.push(scratch.exists(key).await?);
    }
    Ok(judge(&exist))
}

fn judge(exist: &[bool]) -> Measured {
    if exist.iter().all(|exists| *exists) { Measured::Yes } else { Measured::No }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::Measured;

    use super::judge;

    #[test]
    fn one_lost_row_denies_it() {
        assert_eq!(judge(&[true, true]), Measured::Yes);
        assert_eq!(judge(&[true, false, true]), Measured::No);
    }
}
