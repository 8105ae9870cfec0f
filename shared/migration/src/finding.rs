//! What precheck has to say: one finding for each thing judged, good or bad, and the verdict over all of them.
//!
//! A finding has a code that can be accepted by name in the task document, where its level allows it.
//! Evidence and remedy name tables, columns, counts and settings, never a cell value.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// In order.
    Pass,
    /// Worth a person's look; stops the run unless accepted by name.
    Alert,
    /// Stops the run; cannot be accepted.
    Fail,
}

/// One judged fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was judged, in snake case, for example `missing_grant`.
    pub code: String,
    /// The judgement.
    pub level: Level,
    /// The server, table or column concerned.
    pub subject: String,
    /// What was found.
    pub evidence: String,
    /// What to do, in words; empty where nothing is to be done.
    pub remedy: String,
    /// Ready statements or document lines, where the remedy is one.
    pub statements: Vec<String>,
    /// Whether the task document accepts it by name.
    pub accepted: bool,
}

/// Whether the run may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// It may not: so many failures and unaccepted alerts.
    Stop {
        /// Failures.
        failures: usize,
        /// Alerts that were not accepted.
        alerts: usize,
    },
}

/// Marks the accepted alerts and judges. Accepting a code that did not occur, or a failure, changes nothing.
#[must_use]
pub fn verdict(findings: &mut [Finding], accepted: &BTreeSet<String>) -> Verdict {
    let (mut failures, mut alerts) = (0, 0);
    for finding in findings {
        match finding.level {
            Level::Pass => {}
            Level::Fail => failures += 1,
            Level::Alert => {
                finding.accepted = accepted.contains(&finding.code);
                alerts += usize::from(!finding.accepted);
            }
        }
    }
    if failures + alerts == 0 { Verdict::Go } else { Verdict::Stop { failures, alerts } }
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, Finding, Level, Verdict, verdict};

    fn finding(code: &str, level: Level) -> Finding {
        Finding {
            code: code.to_owned(),
            level,
            subject: String::new(),
            evidence: String::new(),
            remedy: String::new(),
            statements: Vec::new(),
            accepted: false,
        }
    }

    #[test]
    fn alerts_can_be_accepted_by_name_and_failures_cannot() {
        let mut findings = [finding("a", Level::Alert), finding("b", Level::Fail), finding("c", Level::Pass)];
        assert_eq!(verdict(&mut findings, &BTreeSet::new()), Verdict::Stop { failures: 1, alerts: 1 });
        let accepted = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        assert_eq!(verdict(&mut findings, &accepted), Verdict::Stop { failures: 1, alerts: 0 });
        assert!(findings[0].accepted && !findings[1].accepted);
        assert_eq!(verdict(&mut findings[..1], &accepted), Verdict::Go);
    }
}
