//! How many rows of one statement the target takes, up to the number Ferry would like to send.
//!
//! 1. A refusal counts whatever its number, but it may be the load of the moment (`lindorm.md` 7: 8008 is both), and a burst
//!    must not decide how a whole run is made. So one row is sent at once behind it: refused for now too, it is the load,
//!    and the same number of rows is tried again a while later; taken, it is the size. Load that lasts is an error that may
//!    pass, and decides nothing.
//! 2. The load may end between the two, so a number of rows is given up when that was seen twice.
//! 3. Rows that are taken and then not all there count as refused.
//! 4. Sent as texts in every case, also where values will be bound: the driver keeps a buffer for each parameter of the
//!    longest statement it ever prepared. A limit that concerns parameters only is met by the sink, which cuts a statement
//!    that is refused as unsupported, and goes on with smaller ones.

use std::time::Duration;

use migration::limits::STATEMENT_ROWS;

use crate::failure::Failure;
use crate::probe::line::{is_answer, is_free_to_repeat, is_unseen_table};
use crate::probe::scratch::{Scratch, TEXT, Written, fresh_key};

/// Ferry's own number of rows, and what is tried below it.
const TRIED: [u32; 6] = [100, 50, 20, 10, 5, 1];
const _: () = assert!(STATEMENT_ROWS == 100, "the greatest number tried is the one Ferry sends");
const PAUSE: Duration = Duration::from_millis(300);
/// How often a number of rows is refused before a smaller one is tried.
const REFUSALS: u32 = 2;
/// How often load is waited out; then the measurement begins again, as any that may pass.
const WAITS: u32 = 4;

/// What became of a number of rows.
#[derive(Debug)]
enum Became {
    Taken,
    /// So many are too many.
    Refused,
    /// The target is busy.
    Busy(Failure),
}

/// What is tried, and what was seen so far.
#[derive(Debug, Default)]
struct Search {
    place: usize,
    refusals: u32,
    waits: u32,
}

impl Search {
    /// How many rows are tried next; none where not even one was taken.
    fn rows(&self) -> Option<u32> {
        TRIED.get(self.place).copied()
    }

    /// Whether that many rows are taken.
    fn saw(&mut self, became: Became) -> Result<bool, Failure> {
        match became {
            Became::Taken => return Ok(true),
            Became::Refused => {
                self.refusals += 1;
                if self.refusals == REFUSALS {
                    (self.place, self.refusals) = (self.place + 1, 0);
                }
            }
            Became::Busy(failure) => {
                self.waits += 1;
                if self.waits > WAITS {
                    return Err(failure);
                }
            }
        }
        Ok(false)
    }
}

pub(super) async fn measure(scratch: &Scratch<'_>) -> Result<Option<u32>, Failure> {
    let mut search = Search::default();
    while let Some(rows) = search.rows() {
        let became = match sent(scratch, rows).await? {
            Ok(there) => told(there, Ok(true)),
            Err(_) => told(false, sent(scratch, 1).await?),
        };
        if search.saw(became)? {
            return Ok(Some(rows));
        }
        if search.rows() == Some(rows) {
            tokio::time::sleep(PAUSE * (search.waits + 1)).await;
        }
    }
    Ok(None)
}

/// What is told by whether the rows are there, and, where they are not, by the row that was sent alone behind them.
fn told(there: bool, alone: Result<bool, Failure>) -> Became {
    match alone {
        _ if there => Became::Taken,
        Err(failure) if failure.class.is_transient() || is_free_to_repeat(&failure) => Became::Busy(failure),
        // Refused for good, it is not the load either.
        Ok(_) | Err(_) => Became::Refused,
    }
}

/// Sends so many rows: whether all of them are there, or the target's refusal.
async fn sent(scratch: &Scratch<'_>, rows: u32) -> Result<Result<bool, Failure>, Failure> {
    let first = fresh_key();
    let keys = (first..).zip(0..rows);
    let written: Vec<Written> = keys.map(|(key, _)| Written { key, a: Some(1), b: Some(1) }).collect();
    match scratch.target.tell_once(&scratch.upsert(&written, None), TEXT).await {
        Err(failure) if is_answer(&failure) && !is_unseen_table(&failure) => Ok(Err(failure)),
        Err(failure) => Err(failure),
        Ok(()) => Ok(Ok(scratch.count_from(first, rows).await? == written.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Became, REFUSALS, Search, WAITS, told};
    use crate::classify::Class;
    use crate::failure::Failure;

    fn busy() -> Failure {
        Failure::of(Class::Throttled, "busy")
    }

    #[test]
    fn a_refusal_is_of_the_size_only_where_one_row_alone_is_taken() {
        assert!(matches!(told(true, Ok(true)), Became::Taken));
        assert!(matches!(told(false, Ok(true)), Became::Refused));
        assert!(matches!(told(false, Err(busy())), Became::Busy(_)));
        assert!(matches!(told(false, Err(Failure::of(Class::Unsupported, "no"))), Became::Refused));
    }

    #[test]
    fn a_burst_decides_no_size_and_one_that_lasts_is_an_error() {
        let mut search = Search::default();
        for _ in 0..WAITS {
            assert!(!search.saw(Became::Busy(busy())).unwrap());
            assert_eq!(search.rows(), Some(100));
        }
        assert_eq!(search.saw(Became::Busy(busy())).unwrap_err().class, Class::Throttled);
    }

    #[test]
    fn a_size_is_given_up_when_it_was_refused_twice() {
        let mut search = Search::default();
        for rows in [100, 50, 20, 10, 5, 1] {
            for _ in 0..REFUSALS {
                assert_eq!(search.rows(), Some(rows));
                assert!(!search.saw(Became::Refused).unwrap());
            }
        }
        assert_eq!(search.rows(), None);
        assert!(Search::default().saw(Became::Taken).unwrap());
    }
}
