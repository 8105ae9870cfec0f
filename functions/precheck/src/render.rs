//! The report for a terminal: failures first, then alerts, then what is in order; plain text, no colour.

use std::fmt::Write;

use migration::finding::{Finding, Level};

/// The report as text, ending with a line end.
#[must_use]
pub fn render(findings: &[Finding]) -> String {
    let of = |level: Level, accepted: bool| {
        findings.iter().filter(move |finding| finding.level == level && finding.accepted == accepted)
    };
    let failures = || of(Level::Fail, false).chain(of(Level::Fail, true));
    let passes = || of(Level::Pass, false).chain(of(Level::Pass, true));
    let mut text = String::new();
    for finding in failures() {
        block(&mut text, "FAIL", finding);
    }
    for finding in of(Level::Alert, false) {
        block(&mut text, "ALERT", finding);
    }
    for finding in of(Level::Alert, true) {
        block(&mut text, "ALERT (accepted)", finding);
    }
    let code_width = passes().map(|finding| width(&finding.code)).max().unwrap_or(0);
    let subject_width =
        passes().map(|finding| width(&finding.subject)).max().unwrap_or(0).min(SUBJECT_WIDTH_MAX);
    for finding in passes() {
        let Finding { code, subject, evidence, .. } = finding;
        line(&mut text, &format!("pass  {code:code_width$}  {subject:subject_width$}  {evidence}"));
        for statement in finding.statements.iter().flat_map(|statement| statement.lines()) {
            line(&mut text, &format!("      {statement}"));
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let (alerts, accepted) = (of(Level::Alert, false).count(), of(Level::Alert, true).count());
    let summary = [
        (failures().count(), "failed"),
        (alerts, "to be mended or accepted by name"),
        (accepted, "accepted"),
        (passes().count(), "in order"),
    ];
    let parts: Vec<String> = summary
        .into_iter()
        .filter(|(count, what)| *count > 0 || *what == "failed")
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    line(&mut text, &parts.join(", "));
    text
}

/// A subject longer than this does not push the column for the others.
const SUBJECT_WIDTH_MAX: usize = 40;

fn block(text: &mut String, level: &str, finding: &Finding) {
    line(text, &format!("{level}  {}  {}", finding.code, finding.subject));
    line(text, &format!("      {}", finding.evidence));
    if !finding.remedy.is_empty() {
        line(text, &format!("      -> {}", finding.remedy));
    }
    for statement in finding.statements.iter().flat_map(|statement| statement.lines()) {
        line(text, &format!("         {statement}"));
    }
    text.push('\n');
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{}", line.trim_end()).expect("invariant: writing to a string succeeds");
}

fn width(text: &str) -> usize {
    text.chars().count()
}
