//! `ferry plan --aws`: what a move of the selection would cost on AWS, and how long it would take.

use migration::task::Task;
use migration::usage::Usage;
use serde::Serialize;

use crate::cost::{
    Architecture, Cost, Estimate, NOT_COUNTED, Rate, TableSize, UPKEEP, dollars, million_changes,
};
use crate::report::{print_line, span_text};

/// Copiers of a deployment as its template has them.
const COPIERS_AT_ONCE: u64 = 8;
/// How fast changes come in the estimate.
const CHANGES_A_SECOND: u64 = 1_000;

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum CostEvent {
    AwsEstimate {
        measured: Copying,
        careful: Copying,
        #[serde(skip_serializing_if = "Option::is_none")]
        following: Option<Following>,
    },
}

/// A copy on AWS.
#[derive(Debug, Serialize)]
struct Copying {
    seconds: u64,
    usd_x86_64: f64,
    usd_arm64: f64,
    usage: Usage,
}

/// Following the log on AWS, on x86_64.
#[derive(Debug, Serialize)]
struct Following {
    usd_a_day: f64,
    usd_a_day_each_minute: f64,
    usd_a_million_changes: f64,
}

impl Following {
    fn of(lanes: u64) -> Self {
        let usd = |usage: &Usage| Cost::of(usage, Architecture::X86).usd();
        let [continuous, each_minute] = UPKEEP.map(|usage| usd(&usage));
        Self {
            usd_a_day: continuous,
            usd_a_day_each_minute: each_minute,
            usd_a_million_changes: usd(&million_changes(CHANGES_A_SECOND, lanes)),
        }
    }
}

/// What the move would cost on AWS, and how long it would take.
pub(crate) fn tell(json: bool, task: &Task, sizes: &[TableSize]) {
    let [quick, careful] =
        [Rate::MEASURED, Rate::CAREFUL].map(|rate| Estimate::of(sizes, COPIERS_AT_ONCE, rate));
    let following = task.migration.follows().then(|| Following::of(u64::from(task.tuning.lanes)));
    if json {
        let at = |estimate: &Estimate| Copying {
            seconds: estimate.span.as_secs(),
            usd_x86_64: Cost::of(&estimate.usage, Architecture::X86).usd(),
            usd_arm64: Cost::of(&estimate.usage, Architecture::Arm).usd(),
            usage: estimate.usage,
        };
        print_line(&CostEvent::AwsEstimate { measured: at(&quick), careful: at(&careful), following });
        return;
    }
    println!("On AWS, with {COPIERS_AT_ONCE} copiers at once:");
    for (estimate, rate) in
        [(&quick, "at the rate measured on one machine"), (&careful, "at 5 MB a second a copier")]
    {
        let [x86, arm] = [Architecture::X86, Architecture::Arm]
            .map(|architecture| dollars(Cost::of(&estimate.usage, architecture).total()));
        println!("  the copy, {rate}: about {x86} on x86_64, {arm} on arm64, {}", span_text(estimate.span));
    }
    if let Some(following) = following {
        println!(
            "  following: about ${:.2} a day (${:.2} with ReaderMode each_minute), and ${:.2} for a million changes at \
             {CHANGES_A_SECOND} a second, on x86_64",
            following.usd_a_day, following.usd_a_day_each_minute, following.usd_a_million_changes
        );
    }
    println!("  {NOT_COUNTED}");
}
