//! Whether an UPSERT sent as soon as the DELETE of its key was acknowledged is read.
//!
//! On one connection and without a pause, so that both often fall into one millisecond of the target's clock: there the
//! delete marker may win. One lost row is enough to know that two writes of a key must be kept apart. Nothing rests on it.

use migration::capabilities::Measured;
use migration::statement_form::TimeoutHint;

use crate::failure::Failure;
use crate::probe::scratch::{Scratch, TEXT, Written, fresh_key};
use crate::request::Backslashes;

const TRIES: usize = 12;

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Measured, Failure> {
    let keys: Vec<i64> = (0..TRIES).map(|_| fresh_key()).collect();
    let hint = match scratch.target.tell(&scratch.delete_line(fresh_key(), TimeoutHint::Given), TEXT).await {
        Err(failure) if !failure.class.is_transient() => TimeoutHint::Left,
        Err(failure) => return Err(failure),
        Ok(()) => TimeoutHint::Given,
    };
    let mut leased = scratch.target.pool().lease(Backslashes::Any).await.map_err(Failure::before_sending)?;
    for key in &keys {
        scratch.delete_line(*key, hint).run(&mut leased.session, TEXT).await?;
        let line = scratch.upsert(&[Written { key: *key, a: Some(1), b: Some(1) }], None);
        line.run(&mut leased.session, scratch.values).await?;
    }
    leased.give_back();
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
