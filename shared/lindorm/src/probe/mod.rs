//! Measures the target in a scratch table, because its documentation leaves open what the strategies depend on.
//!
//! 1. Each question is an experiment on keys no earlier try has touched, so it can be repeated at any point, also after a
//!    crash half way, and experiments do not disturb each other: those that do not build on each other run at once.
//! 2. What an experiment needs beside its question is either not in doubt (integers written and read by plain texts) or was
//!    measured before it: first the clock and how values travel, then how rows are stamped, then what stamps decide.
//! 3. Writes whose order matters are a minute apart by their stamps, or apart in time where rows cannot be stamped, so
//!    nothing rests on which node stamps, nor on what becomes of equal stamps.
//! 4. What is contradictory, refused or unreadable is inconclusive, which counts as "no" and says why; only what may pass,
//!    as a lost connection or a full storage, is an error.
//!
//! The scratch table stays until the run ends, because it is the run's clock.

mod clock;
mod clock_spread;
mod delete_forms;
mod deletes;
mod equal_stamps;
mod experiment;
mod key_deletes;
mod line;
mod null_rows;
mod nulls;
mod odd_names;
mod prepared_hints;
mod reinsertion;
mod samples;
mod scratch;
mod stamps;
mod statement_rows;
mod values;

use std::future::Future;

use futures_util::future::{try_join, try_join3, try_join4, try_join5};
use migration::capabilities::{Capabilities, Measured};
use migration::ident::DatabaseName;
use migration::port::{PortError, TargetClock, TargetProbe};
use migration::run::RunId;
use migration::schema::TargetType;
use migration::statement_form::StampForm;
use migration::time::UnixMs;

use crate::classify::Class;
use crate::failure::{Failure, unexpected};
use crate::settings::Settings;
use crate::target::Target;

use clock_spread::Spread;
use experiment::{answer, answered, inconclusive, measured, tried};
use key_deletes::KeyDeletes;
use odd_names::odd_table;
use scratch::Scratch;
use values::{Empty, Found, values_table};

/// Statements of the probe under way at once.
const CONNECTIONS: usize = 2;

impl TargetProbe for Target {
    async fn probe(&self, run: RunId, database: &DatabaseName) -> Result<Capabilities, PortError> {
        let doing = format!("probing the target in {database}");
        let target = &self.with_few_connections();
        let scratch = Scratch::of(target, run, database);
        match tried(|| scratch.create()).await {
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
        let odd_names = Box::pin(measured(|| odd_names::measure(target, run, database)));
        let values = || Box::pin(values::measure(target, run, database));
        let values = Box::pin(answered(values, Found::open));
        let outcome = try_join(odd_names, Box::pin(all_but_names(&scratch, values))).await;
        let (odd_names, (found, time)) = outcome.map_err(|failure| failure.into_port(&doing))?;
        let found = by_key(target, run, database, time, found).await;
        let found = found.map_err(|failure| failure.into_port(&doing))?;
        let table_dropped = measured(|| dropped(target, run, database)).await;
        let table_dropped = table_dropped.map_err(|failure| failure.into_port(&doing))?;
        let found = Capabilities { odd_names, table_dropped, ..found };
        tracing::info!(?found, "the target was probed");
        Ok(found)
    }

    async fn drop_probe(&self, run: RunId, database: &DatabaseName) -> Result<(), PortError> {
        let failed =
            |failure: Failure| failure.into_port(&format!("dropping the probe tables in {database}"));
        let mut passing = drop_passing(self, run, database).await;
        for table in key_deletes::tables(run, database) {
            passing = passing.and(scratch::drop_for_good(self, &table.id).await);
        }
        let clock = scratch::drop_for_good(self, &Scratch::of(self, run, database).table).await;
        passing.and(clock).map_err(failed)
    }
}

impl Target {
    /// The same target with connections for the probe alone, few of them: the driver keeps as many buffers as were ever in use
    /// at once, each as large as the largest row that later passes through it.
    fn with_few_connections(&self) -> Self {
        let settings = self.pool().settings().clone();
        Self::new(Settings { connections: settings.connections.min(CONNECTIONS), ..settings })
    }
}

impl TargetClock for Target {
    async fn target_now(&self, run: RunId, database: &DatabaseName) -> Result<UnixMs, PortError> {
        let doing = format!("reading the target's clock in {database}");
        let failed = |failure: Failure| failure.into_port(&doing);
        let scratch = Scratch::of(self, run, database);
        let cell = match clock::tick(&scratch).await {
            Err(Failure { class: Class::Missing, .. }) => {
                tried(|| scratch.create()).await.map_err(failed)?;
                scratch.settle().await.map_err(failed)?;
                tried(|| clock::tick(&scratch)).await.map_err(failed)?
            }
            read => read.map_err(failed)?,
        };
        let stamp = cell.and_then(|cell| cell.stamp).and_then(|stamp| u64::try_from(stamp).ok());
        stamp.map(UnixMs).ok_or_else(|| unexpected(&doing, "a cell just written has no stamp"))
    }
}

/// Drops the tables that live for one measurement only; one that stays does not keep the other.
async fn drop_passing(target: &Target, run: RunId, database: &DatabaseName) -> Result<(), Failure> {
    let odd = scratch::drop_for_good(target, &odd_table(run, database).id).await;
    odd.and(scratch::drop_for_good(target, &values_table(run, database, &[]).id).await)
}

/// Whether the account may drop what it made; where it may not, the tables stay and their names say whose they are.
async fn dropped(target: &Target, run: RunId, database: &DatabaseName) -> Result<Measured, Failure> {
    match drop_passing(target, run, database).await {
        Ok(()) => Ok(Measured::Yes),
        Err(Failure { class: Class::Denied, .. }) => Ok(Measured::No),
        Err(failure) => Err(failure),
    }
}

async fn all_but_names(
    scratch: &Scratch<'_>,
    values: impl Future<Output = Result<Found, Failure>> + Send,
) -> Result<(Capabilities, Option<i64>), Failure> {
    scratch.settle().await?;
    let (clock, prepared_hints, spread, kept) = try_join4(
        measured(|| clock::measure(scratch)),
        measured(|| prepared_hints::measure(scratch)),
        answered(|| clock_spread::measure(scratch), |_| Spread { spread: None, steps_back: false }),
        values,
    )
    .await?;
    let found = Capabilities {
        prepared_hints,
        bound_values: kept.bound.clone(),
        literal_values: kept.literal.clone(),
        types_refused: kept.types_refused.clone(),
        types_lost: kept.types_lost.clone(),
        ..Capabilities::unknown("it was not asked")
    };
    let values = found.statement_form().values;
    let Empty { text: empty_text, bytes: empty_bytes } = kept.empty_in(values);
    let found = Capabilities { empty_text, empty_bytes, ..found };
    let by = |stamps| scratch.with(values, stamps);
    let (found, time) = Box::pin(stamped(&by(StampForm::Hint), &by(StampForm::Column), clock, found)).await?;
    let scratch = &by(found.statement_form().stamp);
    let found = Box::pin(erased(scratch, time, found)).await?;
    let found = match spread {
        Spread { steps_back: true, spread: clock_spread } if found.clock.is_shown() => Capabilities {
            clock: inconclusive("the target's clock steps back by more than 2 s"),
            clock_spread,
            ..found
        },
        Spread { spread: clock_spread, .. } => Capabilities { clock_spread, ..found },
    };
    Ok((found, time))
}

/// How deletes by key go, in the form everything else was found to need.
async fn by_key(
    target: &Target,
    run: RunId,
    database: &DatabaseName,
    time: Option<i64>,
    found: Capabilities,
) -> Result<Capabilities, Failure> {
    let time = time.filter(|_| found.delete_hides_later_arrivals.is_shown());
    let without: Vec<TargetType> = found.types_refused.iter().chain(&found.types_lost).copied().collect();
    let form = found.statement_form();
    let bench = key_deletes::Bench { target, run, database, form, time, without: &without };
    let keys = Box::pin(answered(|| bench.measure(), KeyDeletes::open)).await?;
    Ok(Capabilities { types_undeleted: keys.types, composite_key_delete: keys.composite, ..found })
}

/// How rows are stamped and how many go into a statement; also the target's time, where rows can be stamped.
async fn stamped(
    by_hint: &Scratch<'_>,
    by_column: &Scratch<'_>,
    clock: Measured,
    found: Capabilities,
) -> Result<(Capabilities, Option<i64>), Failure> {
    let statement_rows = tried(|| statement_rows::measure(by_hint)).await?;
    let stamp = async |scratch| {
        if clock.is_shown() {
            measured(|| stamps::measure(scratch, statement_rows)).await
        } else {
            Ok(inconclusive("the target's clock could not be read"))
        }
    };
    let (stamp_hint, stamp_column, time) =
        try_join3(stamp(by_hint), stamp(by_column), answered(|| clock::tick(by_hint), |_| None)).await?;
    let found = Capabilities { clock, stamp_hint, stamp_column, statement_rows, ..found };
    let time = time.and_then(|cell| cell.stamp).filter(|_| found.clock.is_shown() && found.takes_stamps());
    Ok((found, time))
}

/// What deletes and NULLs do.
async fn erased(
    scratch: &Scratch<'_>,
    time: Option<i64>,
    found: Capabilities,
) -> Result<Capabilities, Failure> {
    let deletes = try_join5(
        measured(|| deletes::measure(scratch, time)),
        measured(|| delete_forms::timeout_hint(scratch, time)),
        measured(|| delete_forms::several_rows(scratch, time)),
        measured(|| reinsertion::measure(scratch)),
        answered(|| equal_stamps::measure(scratch, time), equal_stamps::inconclusive),
    );
    let nulls = async {
        let null_taken = measured(|| nulls::taken(scratch)).await?;
        if null_taken == Measured::No {
            let (null_removes, null_hides_later_arrivals) = (Measured::No, Measured::No);
            let null_rows = Measured::No;
            return Ok((null_taken, null_removes, null_hides_later_arrivals, null_rows));
        }
        let (removes, hides, rows) = try_join3(
            measured(|| nulls::removes(scratch, time)),
            measured(|| nulls::hides(scratch, time)),
            measured(|| null_rows::measure(scratch, time)),
        )
        .await?;
        Ok((null_taken, removes, hides, rows))
    };
    let (deletes, nulls) = try_join(Box::pin(deletes), Box::pin(nulls)).await?;
    let (
        delete_hides_later_arrivals,
        delete_timeout_hint,
        multi_row_delete,
        upsert_after_delete,
        equal_stamps,
    ) = deletes;
    let (null_taken, null_removes, null_hides_later_arrivals, null_rows) = nulls;
    Ok(Capabilities {
        delete_hides_later_arrivals,
        delete_timeout_hint,
        multi_row_delete,
        upsert_after_delete,
        equal_stamps,
        null_taken,
        null_removes,
        null_hides_later_arrivals,
        null_rows,
        ..found
    })
}
