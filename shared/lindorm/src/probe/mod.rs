//! Measures the target in a scratch table, because its documentation leaves open what the strategies depend on.
//!
//! Every measurement uses the very statements the sink uses, on keys no earlier try has touched, and rests on nothing that
//! is not measured itself: no order of two writes within one tick of a clock, no NULL where NULL is not the
//! question. What is contradictory or refused is inconclusive, which counts as "no" and says why; only a failing
//! connection is an error. Safe to repeat at any point, also after a crash half way.
//!
//! The scratch table stays until the run ends, because it is the run's clock.

mod clock;
mod deletes;
mod null_rows;
mod odd_names;
mod scratch;
mod stamps;

use migration::capabilities::{Capabilities, Measured};
use migration::ident::DatabaseName;
use migration::port::{PortError, TargetClock, TargetProbe};
use migration::run::RunId;
use migration::time::UnixMs;

use crate::classify::Class;
use crate::failure::{Failure, unexpected};
use crate::target::Target;

use odd_names::odd_table;
use scratch::Scratch;

impl TargetProbe for Target {
    async fn probe(&self, run: RunId, database: &DatabaseName) -> Result<Capabilities, PortError> {
        let doing = format!("probing the target in {database}");
        let scratch = Scratch::of(self, run, database);
        match scratch.create().await {
            Ok(()) => {}
            Err(failure) if failure.class.is_transient() => return Err(failure.into_port(&doing)),
            Err(failure) => {
                let why = match failure.class {
                    Class::Denied => "the account may not create a table".to_owned(),
                    _ => format!("the probe table could not be created: {}", answer(&failure)),
                };
                return Ok(Capabilities::unknown(&why));
            }
        }
        let failed = |failure: Failure| failure.into_port(&doing);
        scratch.settle().await.map_err(failed)?;
        let clock = measured(clock::measure(&scratch).await).map_err(failed)?;
        let stamp = if clock.is_shown() {
            measured(stamps::measure(&scratch).await).map_err(failed)?
        } else {
            inconclusive("the target's clock could not be read")
        };
        let delete_hides_later_arrivals = if stamp.is_shown() {
            measured(deletes::measure(&scratch).await).map_err(failed)?
        } else {
            inconclusive("no row can be stamped")
        };
        let null_rows = measured(null_rows::measure(&scratch).await).map_err(failed)?;
        let odd_names = measured(odd_names::measure(self, run, database).await).map_err(failed)?;
        tracing::info!(
            ?clock,
            ?stamp,
            ?delete_hides_later_arrivals,
            ?null_rows,
            ?odd_names,
            "the target was probed"
        );
        Ok(Capabilities {
            clock,
            stamp_hint: stamp,
            delete_hides_later_arrivals,
            null_rows,
            odd_names,
            ..Capabilities::unknown("it was not asked")
        })
    }

    async fn drop_probe(&self, run: RunId, database: &DatabaseName) -> Result<(), PortError> {
        let failed =
            |failure: Failure| failure.into_port(&format!("dropping the probe tables in {database}"));
        scratch::drop_for_good(self, &odd_table(run, database).id).await.map_err(failed)?;
        scratch::drop_for_good(self, &Scratch::of(self, run, database).table).await.map_err(failed)
    }
}

impl TargetClock for Target {
    async fn target_now(&self, run: RunId, database: &DatabaseName) -> Result<UnixMs, PortError> {
        let doing = format!("reading the target's clock in {database}");
        let failed = |failure: Failure| failure.into_port(&doing);
        let scratch = Scratch::of(self, run, database);
        let cell = match clock::tick(&scratch).await {
            Err(Failure { class: Class::Missing, .. }) => {
                scratch.create().await.map_err(failed)?;
                scratch.settle().await.map_err(failed)?;
                clock::tick(&scratch).await.map_err(failed)?
            }
            read => read.map_err(failed)?,
        };
        let stamp = cell.and_then(|cell| cell.stamp).and_then(|stamp| u64::try_from(stamp).ok());
        stamp.map(UnixMs).ok_or_else(|| unexpected(&doing, "a cell just written has no stamp"))
    }
}

/// What the target refuses leaves the question open; a failing connection fails the probe.
fn measured(measuring: Result<Measured, Failure>) -> Result<Measured, Failure> {
    match measuring {
        Err(failure) if failure.class.is_transient() => Err(failure),
        Err(failure) => Ok(inconclusive(&format!("the target answered {}", answer(&failure)))),
        Ok(answer) => Ok(answer),
    }
}

fn inconclusive(why: &str) -> Measured {
    Measured::Inconclusive { why: why.to_owned() }
}

fn answer(failure: &Failure) -> String {
    failure.code.map_or_else(|| "in an unknown form".to_owned(), |code| format!("error {code}"))
}
