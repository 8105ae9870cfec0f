//! Many trials, side by side: each worker has a database at the source, a target and a data folder of its own.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use servers::MysqlServer;

use crate::setting::Setting;
use crate::trial::{Baseline, Bench, Judgement, Trial};

/// Trials at once: most of their time is spent waiting, for a clock to pass a stamp above all.
const WORKERS: usize = 4;

/// How all trials ended.
#[derive(Debug)]
pub struct Report {
    trials: Vec<Trial>,
    took: Duration,
}

/// Tries each setting; the defaults are tried too, as what the others are compared with.
///
/// # Errors
/// Where the source does not start. A failed trial is part of the report.
pub fn run(settings: Vec<Setting>) -> Result<Report> {
    let begun = Instant::now();
    let source = MysqlServer::builder().gtid(true).start()?;
    let mut queue: VecDeque<Setting> = settings.into_iter().filter(|one| !one.switches.is_empty()).collect();
    queue.push_front(Setting::default());
    let workers = WORKERS.min(queue.len());
    let (queue, trials) = (Mutex::new(queue), Mutex::new(Vec::new()));
    let baseline = Baseline::new();
    thread::scope(|scope| {
        let (source, queue, trials, baseline) = (&source, &queue, &trials, &baseline);
        let work = move |number: usize| -> Result<()> {
            let mut bench = Bench::new(source, number)?;
            loop {
                // In a statement of its own, so that the lock is not held during the trial.
                let next = locked(queue).pop_front();
                let Some(setting) = next else { return Ok(()) };
                let trial = bench.attempt(setting, baseline);
                println!("{trial}");
                locked(trials).push(trial);
            }
        };
        let threads: Vec<_> = (0..workers).map(|number| scope.spawn(move || work(number))).collect();
        for thread in threads {
            thread.join().ok().context("a worker does not panic")??;
        }
        anyhow::Ok(())
    })?;
    Ok(Report { trials: trials.into_inner().unwrap_or_else(PoisonError::into_inner), took: begun.elapsed() })
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Report {
    /// The trials that did not end as they must.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.trials.iter().filter(|trial| trial.result.is_err()).map(ToString::to_string).collect()
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (setting, took) = (&self.setting, self.took.as_secs_f64());
        match &self.result {
            Ok(Judgement::Equal) => write!(f, "equal    {took:5.1} s  {setting}"),
            Ok(Judgement::Refused) => write!(f, "refused  {took:5.1} s  {setting}"),
            Err(error) => write!(f, "FAILED   {took:5.1} s  {setting}\n{error:#}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |wanted: Judgement| {
            self.trials
                .iter()
                .filter(|trial| trial.result.as_ref().is_ok_and(|found| *found == wanted))
                .count()
        };
        let mut times: Vec<Duration> = self.trials.iter().map(|trial| trial.took).collect();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        write!(
            f,
            "{} trials: {} equal, {} refused as they must be, {} failed; {:.0} s in all, {:.1} s a trial (median)",
            self.trials.len(),
            count(Judgement::Equal),
            count(Judgement::Refused),
            self.failures().len(),
            self.took.as_secs_f64(),
            median.as_secs_f64()
        )
    }
}
