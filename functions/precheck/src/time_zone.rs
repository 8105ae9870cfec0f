//! What the time zones of both ends mean for the values: nothing for the copy, something for the reader.

use migration::finding::Finding;
use migration::port::{SourceFacts, TargetFacts};

use crate::codes::Code;
use crate::draft::Draft;

/// Reports both zones.
pub(crate) fn judge(source: Option<&SourceFacts>, target: Option<&TargetFacts>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(facts) = source {
        let zone = |name: &str| facts.variables.get(name).map_or("not shown", String::as_str);
        let evidence = format!(
            "time_zone {}, system_time_zone {}; Ferry reads in UTC, DATETIME is carried as it is written",
            zone("time_zone"),
            zone("system_time_zone")
        );
        findings.push(Draft::pass(Code::TimeZone, "source", evidence).done());
    }
    if let Some(facts) = target {
        let evidence = format!(
            "a session starts in {}; Ferry writes TIMESTAMP as the same instant, a reader sees it in its own \
             session's zone, and TIMESTAMP carried as VARCHAR is in UTC",
            if facts.time_zone.is_empty() { "a zone it does not show" } else { &facts.time_zone }
        );
        findings.push(Draft::pass(Code::TimeZone, "target", evidence).done());
    }
    findings
}
