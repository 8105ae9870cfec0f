//! What is said of a run while it goes on: bars on a terminal, plain lines elsewhere, JSON lines on request.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use migration::run::State;

use crate::report::bars::Bars;
use crate::report::event::{StateEvent, print_line};
use crate::report::following::Following;
use crate::report::snapshot::Snapshot;
use crate::report::summary::{progress_text, trouble_text};
use crate::report::wording::span_text;

/// Between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(2);
/// Between two plain lines that say the same: only a sign of life.
const SAME_LINE_EVERY: Duration = Duration::from_secs(30);
/// Between two notes that something is tried again.
const TROUBLE_EVERY: Duration = Duration::from_secs(5);
/// Between two progress events.
const EVENT_EVERY: Duration = Duration::from_millis(250);
/// Between two plain lines once the log's end has been reached.
const LAG_LINE_EVERY: Duration = Duration::from_secs(10);
/// Between two events of the lag.
const LAG_EVENT_EVERY: Duration = Duration::from_secs(1);
/// What the rate is averaged over.
const RATE_OVER: Duration = Duration::from_secs(5);

enum Form {
    Bars(Bars),
    Lines,
    Json,
}

/// Tells what changed since it last looked.
pub(crate) struct Reporter {
    form: Form,
    journal_told: usize,
    last_line: Option<Instant>,
    /// The plain line told last, and when.
    said: Option<(String, Instant)>,
    last_trouble: Option<Instant>,
    history: Vec<(Instant, u64)>,
    started: Instant,
}

impl Reporter {
    pub(crate) fn new(json: bool) -> Self {
        let form = if json {
            Form::Json
        } else if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
            Form::Bars(Bars::new())
        } else {
            Form::Lines
        };
        Self {
            form,
            journal_told: 0,
            last_line: None,
            said: None,
            last_trouble: None,
            history: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Tells moves and progress, and now and then what is being tried again.
    pub(crate) fn look(&mut self, snapshot: &Snapshot) {
        self.tell_moves(snapshot);
        if self.last_trouble.is_none_or(|last| last.elapsed() >= TROUBLE_EVERY) && snapshot.troubles.is_told()
        {
            self.last_trouble = Some(Instant::now());
            self.tell_troubles(snapshot);
        }
        let rate = self.rate(snapshot.rows());
        let left = snapshot
            .rows_expected()
            .saturating_sub(snapshot.rows())
            .checked_div(rate)
            .map(Duration::from_secs);
        let follows = matches!(snapshot.run.state, State::CatchingUp | State::Running);
        let every = match (&self.form, snapshot.run.state) {
            (Form::Json, _) if !follows => EVENT_EVERY,
            (Form::Json, _) => LAG_EVENT_EVERY,
            (Form::Bars(_) | Form::Lines, State::Running) => LAG_LINE_EVERY,
            (Form::Bars(_) | Form::Lines, _) => LINE_EVERY,
        };
        let due = self.last_line.is_none_or(|last| last.elapsed() >= every);
        let lag = snapshot.following.as_ref().filter(|_| follows).map(Following::lag_text);
        match (&self.form, lag) {
            (Form::Bars(bars), Some(lag)) => bars.show(snapshot, &lag),
            (Form::Lines, Some(lag)) if due => say(&mut self.said, format!("{}: {lag}", snapshot.run.state)),
            (Form::Json, Some(_)) if due => {
                if let Some(event) = StateEvent::following(snapshot) {
                    print_line(&event);
                }
            }
            (Form::Lines | Form::Json, Some(_)) => return,
            (form, None) => {
                if !tell_progress(form, &mut self.said, snapshot, due, (rate, left)) {
                    return;
                }
            }
        }
        if due {
            self.last_line = Some(Instant::now());
        }
    }

    fn tell_troubles(&self, snapshot: &Snapshot) {
        for (activity, trouble) in snapshot.troubles.told() {
            match &self.form {
                Form::Bars(bars) => bars.line(&trouble_text(activity, trouble, snapshot.at)),
                Form::Lines => println!("{}", trouble_text(activity, trouble, snapshot.at)),
                Form::Json => print_line(&StateEvent::retrying(snapshot, activity, trouble)),
            }
        }
    }

    /// Tells that a signal came.
    pub(crate) fn stopping(&self) {
        let line = "stopping: ending what is in hand; the same command goes on from there";
        match &self.form {
            Form::Bars(bars) => {
                bars.clear();
                println!("{line}");
            }
            Form::Lines => println!("{line}"),
            Form::Json => print_line(&StateEvent::Stopping),
        }
    }

    /// Tells how it ended.
    pub(crate) fn ended(&mut self, snapshot: &Snapshot) {
        self.tell_moves(snapshot);
        match &self.form {
            Form::Json => {
                for finding in &snapshot.findings {
                    print_line(&StateEvent::Finding { finding });
                }
                for table in &snapshot.tables {
                    print_line(&StateEvent::table(table));
                }
                print_line(&StateEvent::run(snapshot));
                return;
            }
            Form::Bars(bars) => bars.clear(),
            Form::Lines => {}
        }
        if snapshot.run.state == State::PrecheckFailed {
            print!("{}", precheck::render(&snapshot.findings));
        }
        print!("{}", super::snapshot_text(snapshot));
        println!("this command took {}", span_text(self.started.elapsed()));
    }

    fn tell_moves(&mut self, snapshot: &Snapshot) {
        for entry in snapshot.journal.iter().skip(self.journal_told) {
            let line = if entry.from == entry.to {
                format!("{}: {}", entry.to, entry.cause)
            } else {
                format!("{} -> {}: {}", entry.from, entry.to, entry.cause)
            };
            match &self.form {
                Form::Bars(bars) => bars.line(&line),
                Form::Lines => println!("{line}"),
                Form::Json => print_line(&StateEvent::StateChanged {
                    task: snapshot.run.task.clone(),
                    run: snapshot.run.id.to_string(),
                    from: entry.from.to_string(),
                    to: entry.to.to_string(),
                    cause: entry.cause.clone(),
                    at_ms: entry.at.0,
                }),
            }
        }
        self.journal_told = snapshot.journal.len();
    }

    fn rate(&mut self, rows: u64) -> u64 {
        let now = Instant::now();
        self.history.retain(|(at, _)| at.elapsed() <= RATE_OVER);
        self.history.push((now, rows));
        let Some((first, at_first)) = self.history.first() else { return 0 };
        let millis = u64::try_from(now.duration_since(*first).as_millis()).unwrap_or(u64::MAX);
        (rows.saturating_sub(*at_first) * 1_000).checked_div(millis).unwrap_or(0)
    }
}

/// Tells how far the copy is; whether something was due.
fn tell_progress(
    form: &Form,
    said: &mut Option<(String, Instant)>,
    snapshot: &Snapshot,
    due: bool,
    (rate, left): (u64, Option<Duration>),
) -> bool {
    match form {
        Form::Bars(bars) => bars.show(snapshot, &progress_text(snapshot, rate, left)),
        Form::Lines if due && snapshot.run.state.copies() => {
            say(said, format!("{}: {}", snapshot.run.state, progress_text(snapshot, rate, left)));
        }
        Form::Json if due && snapshot.run.state.copies() => print_line(&StateEvent::Progress {
            task: snapshot.run.task.clone(),
            state: snapshot.run.state.to_string(),
            rows: snapshot.rows(),
            rows_expected: snapshot.rows_expected(),
            bytes: snapshot.bytes(),
            rows_per_second: rate,
        }),
        Form::Lines | Form::Json => return false,
    }
    true
}

/// Prints a line, unless it was the last one too, and not long ago.
fn say(said: &mut Option<(String, Instant)>, line: String) {
    if said.as_ref().is_none_or(|(last, at)| *last != line || at.elapsed() >= SAME_LINE_EVERY) {
        println!("{line}");
        *said = Some((line, Instant::now()));
    }
}
