//! Writing a finding: code, level, subject and evidence first, then what else there is to say.
//!
//! A level the code's table does not allow is a mistake of ours and stops in every test that reaches it.

use std::collections::BTreeSet;

use migration::finding::{Finding, Level};

use crate::codes::{Code, Judged};

/// A finding in the making.
#[derive(Debug)]
#[must_use]
pub(crate) struct Draft(Finding);

impl Draft {
    /// In order.
    pub(crate) fn pass(code: Code, subject: &(impl ToString + ?Sized), evidence: impl Into<String>) -> Self {
        Self::new(code, Level::Pass, subject.to_string(), evidence.into())
    }

    /// Worth a look; stops the run unless accepted.
    pub(crate) fn alert(code: Code, subject: &(impl ToString + ?Sized), evidence: impl Into<String>) -> Self {
        assert!(code.levels().can_alert(), "invariant: {code} is listed as one that may be an alert");
        Self::new(code, Level::Alert, subject.to_string(), evidence.into())
    }

    /// Stops the run.
    pub(crate) fn fail(code: Code, subject: &(impl ToString + ?Sized), evidence: impl Into<String>) -> Self {
        assert!(code.levels().can_fail(), "invariant: {code} is listed as one that may be a failure");
        Self::new(code, Level::Fail, subject.to_string(), evidence.into())
    }

    fn new(code: Code, level: Level, subject: String, evidence: String) -> Self {
        Self(Finding {
            code: code.as_str().to_owned(),
            level,
            subject,
            evidence,
            remedy: String::new(),
            statements: Vec::new(),
            accepted: false,
        })
    }

    /// What to do, in words.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = remedy.into();
        self
    }

    /// A ready statement, or lines of the document.
    pub(crate) fn statement(mut self, statement: impl Into<String>) -> Self {
        self.0.statements.push(statement.into());
        self
    }

    /// Several of them.
    pub(crate) fn statements(mut self, statements: impl IntoIterator<Item = String>) -> Self {
        self.0.statements.extend(statements);
        self
    }

    /// The finding.
    pub(crate) fn done(self) -> Finding {
        self.0
    }
}

/// One passing finding over many tables, where none or only some of them were at fault; none where all were.
pub(crate) fn in_order(code: Code, tables: usize, at_fault: usize, what: &str) -> Option<Finding> {
    let good = tables.saturating_sub(at_fault);
    (good > 0).then(|| Draft::pass(code, &of_tables(good, tables), what).done())
}

/// Passing findings for the codes that were judged and have none yet.
pub(crate) fn silent(findings: &[Finding], judged: &[Judged]) -> Vec<Finding> {
    let said: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let silent =
        Code::ALL.iter().filter(|code| judged.contains(&code.judged()) && !said.contains(code.as_str()));
    silent
        .map(|code| {
            let subject = match code.judged() {
                Judged::Document => "document",
                Judged::Source => "source",
                Judged::Target => "target",
                Judged::Tables | Judged::Itself => "all tables",
            };
            Draft::pass(*code, subject, code.meaning()).done()
        })
        .collect()
}

/// `12 tables`, or `12 of 14 tables`.
pub(crate) fn of_tables(some: usize, all: usize) -> String {
    match (some, all) {
        (1, 1) => "1 table".to_owned(),
        (some, all) if some == all => format!("{all} tables"),
        (some, all) => format!("{some} of {all} tables"),
    }
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The names, at most so many of them that a line stays readable.
pub(crate) fn listed<T: ToString>(names: &[T]) -> String {
    const NAMES_MAX: usize = 8;
    let mut shown: Vec<String> = names.iter().take(NAMES_MAX).map(ToString::to_string).collect();
    if names.len() > NAMES_MAX {
        shown.push(format!("and {} more", names.len() - NAMES_MAX));
    }
    shown.join(", ")
}
