//! What the probe measured, in words a person understands, and what follows for this run.
//!
//! A measurement is worth an alert where the run is less safe for it, and only then. Where no probe table could be made,
//! nothing was measured for one reason, which is told as an alert twice (the clock, the stamp) and not a dozen times.

use migration::capabilities::{Capabilities, EqualStamps, LiteralValues, Measured};
use migration::finding::Finding;
use migration::ident::DatabaseName;
use migration::statement_form::{StampForm, ValueForm};
use migration::task::Task;

use crate::codes::Code;
use crate::draft::Draft;
use crate::{clock_spread, quote};

/// What follows where rows cannot be stamped.
const UNSTAMPED: &str = "this run's rows are written with the target's own time: nobody else may write to the target \
                         tables before it has ended";
const LOG_WAITS: &str = "; the log is read after the copy, and must be kept until then";
const GRANT: &str = "give the account the right to make and drop a table in this database where it lacks it, or accept the finding";
const ACCEPT: &str = "accept the finding to go on";

/// One finding for each measurement; `keeps_rows` where a target table holds rows.
pub(crate) fn judge(
    capabilities: &Capabilities,
    database: &DatabaseName,
    task: &Task,
    keeps_rows: bool,
) -> Vec<Finding> {
    let follows = task.migration.follows();
    let told = Told { capabilities, database, user: &task.target.user, keeps_rows, follows };
    let mut findings = vec![told.clock(), told.stamp(), told.delete(), told.null_write(), told.drop_right()];
    findings.push(clock_spread::judge(capabilities, database, &task.tuning, task.migration));
    findings.extend([told.equal_stamps(), told.values(), told.empty_values(), told.statement_rows()]);
    findings.extend(told.informing());
    findings
}

struct Told<'a> {
    capabilities: &'a Capabilities,
    database: &'a DatabaseName,
    user: &'a str,
    keeps_rows: bool,
    follows: bool,
}

impl Told<'_> {
    fn pass(&self, code: Code, evidence: impl Into<String>) -> Finding {
        Draft::pass(code, self.database, evidence).done()
    }

    fn alert(&self, code: Code, evidence: impl Into<String>) -> Draft {
        Draft::alert(code, self.database, evidence)
    }

    /// Why nothing at all was measured.
    fn unprobed(&self) -> Option<&str> {
        let Measured::Inconclusive { why } = &self.capabilities.clock else { return None };
        (Capabilities::unknown(why) == *self.capabilities).then_some(why)
    }

    fn unstamped(&self, code: Code, why: &str) -> Finding {
        let late = if self.follows { LOG_WAITS } else { "" };
        let draft = self.alert(code, format!("{why}; {UNSTAMPED}{late}"));
        if self.unprobed().is_none() {
            return draft.remedy(ACCEPT).done();
        }
        let rights = ["READ", "WRITE", "ADMIN", "TRASH"];
        let grants = quote::target_grants(&rights, self.database.as_str(), self.user);
        draft.remedy(GRANT).statements(grants).done()
    }

    fn clock(&self) -> Finding {
        match &self.capabilities.clock {
            Measured::Yes => self.pass(Code::ProbeClock, "the target's clock can be read"),
            Measured::No => self.unstamped(Code::ProbeClock, "the target's clock cannot be read"),
            Measured::Inconclusive { why } => self.unstamped(Code::ProbeClock, &format!("not shown: {why}")),
        }
    }

    fn stamp(&self) -> Finding {
        let Capabilities { stamp_hint, stamp_column, .. } = self.capabilities;
        if self.capabilities.takes_stamps() {
            let by = match self.capabilities.statement_form().stamp {
                StampForm::Hint => "a hint",
                StampForm::Column => "the column `_l_ts_`, which is used because a hint does not",
            };
            let evidence =
                format!("a copied row keeps the stamp it is given by {by}; the greater stamp wins");
            return self.pass(Code::ProbeStamp, evidence);
        }
        match (stamp_hint, stamp_column) {
            (Measured::Inconclusive { why }, _) | (_, Measured::Inconclusive { why }) => {
                self.unstamped(Code::ProbeStamp, &format!("not shown: {why}"))
            }
            (Measured::Yes | Measured::No, Measured::Yes | Measured::No) => self.unstamped(
                Code::ProbeStamp,
                "a copied row does not keep the stamp it is given, neither by a hint nor by the column `_l_ts_`",
            ),
        }
    }

    fn delete(&self) -> Finding {
        let hidden = "a DELETE hides an older row that arrives after it";
        let seen = "a DELETE does not hide an older row that arrives after it: a copied row could revive a deleted key";
        let decides = self.capabilities.clock.is_shown() && self.capabilities.takes_stamps();
        match &self.capabilities.delete_hides_later_arrivals {
            Measured::Yes => self.pass(Code::ProbeDelete, hidden),
            Measured::No => self.unstamped(Code::ProbeDelete, seen),
            Measured::Inconclusive { why } if decides => {
                self.unstamped(Code::ProbeDelete, &format!("not shown that {hidden}: {why}"))
            }
            Measured::Inconclusive { why } => {
                self.pass(Code::ProbeDelete, format!("not known ({why}); nothing rests on it in this run"))
            }
        }
    }

    fn null_write(&self) -> Finding {
        let Capabilities { null_taken, null_removes, null_hides_later_arrivals: hides, .. } =
            self.capabilities;
        let left = |evidence: String| {
            if !self.keeps_rows {
                let empty = "no target table holds rows, so nothing lies under a NULL";
                return self.pass(Code::ProbeNullWrite, format!("{evidence}; {empty}"));
            }
            self.alert(Code::ProbeNullWrite, evidence)
                .remedy(
                    "empty the target tables first, for where nothing lies under a NULL nothing can show, or accept the \
                     finding if no key of the source is in them",
                )
                .done()
        };
        if let Some(why) = self.unprobed() {
            let evidence =
                format!("not known ({why}); taken as: an older value may show where NULL is written");
            return self.pass(Code::ProbeNullWrite, evidence);
        }
        match (null_taken, null_removes, hides) {
            (Measured::Yes, Measured::Yes, Measured::Yes) => {
                self.pass(Code::ProbeNullWrite, "writing NULL leaves nothing of an older value")
            }
            (Measured::No, _, _) => left(
                "NULL is refused; a row's statement leaves such columns out, so an older value stays"
                    .to_owned(),
            ),
            (Measured::Inconclusive { why }, _, _) | (Measured::Yes, Measured::Inconclusive { why }, _) => {
                left(format!("not shown that writing NULL removes an older value: {why}"))
            }
            (Measured::Yes, Measured::No, _) => left("writing NULL leaves an older value there".to_owned()),
            (Measured::Yes, Measured::Yes, _) if !self.capabilities.stamped() => self.pass(
                Code::ProbeNullWrite,
                "writing NULL removes an older value; in this run none can arrive later",
            ),
            (Measured::Yes, Measured::Yes, Measured::No) => {
                left("writing NULL removes an older value, but not one that arrives after it".to_owned())
            }
            (Measured::Yes, Measured::Yes, Measured::Inconclusive { why }) => {
                left(format!("not shown that writing NULL hides an older value that arrives after it: {why}"))
            }
        }
    }

    fn drop_right(&self) -> Finding {
        let why = match &self.capabilities.table_dropped {
            Measured::Yes => return self.pass(Code::ProbeDrop, "the probe's tables can be dropped"),
            Measured::No => "the account may not drop tables",
            Measured::Inconclusive { why } if self.unprobed().is_some() => {
                return self.pass(Code::ProbeDrop, format!("no table was made ({why})"));
            }
            Measured::Inconclusive { why } => why,
        };
        let evidence =
            format!("{why}: the probe's tables, `ferry_probe_..` and the like, stay behind after the run");
        self.alert(Code::ProbeDrop, evidence)
            .remedy("give the account the right to drop tables, or accept the finding and drop them yourself")
            .statements(quote::target_grants(&["ADMIN", "TRASH"], self.database.as_str(), self.user))
            .done()
    }

    fn equal_stamps(&self) -> Finding {
        let rule = match &self.capabilities.equal_stamps {
            EqualStamps::LaterWins => "the one that arrived later is read".to_owned(),
            EqualStamps::FirstWins => "the one that arrived first is read".to_owned(),
            EqualStamps::GreaterWins => "the greater value is read".to_owned(),
            EqualStamps::LesserWins => "the lesser value is read".to_owned(),
            EqualStamps::Inconclusive { why } => format!("not known which is read ({why})"),
        };
        self.pass(Code::ProbeEqualStamps, format!("of two cells with one stamp {rule}; nothing rests on it"))
    }

    fn values(&self) -> Finding {
        let Capabilities { bound_values, literal_values, prepared_hints, .. } = self.capabilities;
        let literal = match literal_values {
            LiteralValues::Shown { .. } => None,
            LiteralValues::Inconclusive { why } => Some(why),
        };
        match (self.capabilities.statement_form().values, literal) {
            (ValueForm::Bound, _) if bound_values.is_shown() && prepared_hints.is_shown() => {
                self.pass(Code::ProbeValues, "values are bound and read back as they were written")
            }
            (ValueForm::Literal { .. }, _) => self.pass(
                Code::ProbeValues,
                "values stand in the statement's text and read back as they were written",
            ),
            (ValueForm::Bound, why) => {
                if let Some(why) = self.unprobed() {
                    let evidence =
                        format!("not known ({why}); values are bound, as the documentation recommends");
                    return self.pass(Code::ProbeValues, evidence);
                }
                let bound = match bound_values {
                    Measured::Yes => "bound, but hints do not work beside them",
                    Measured::No => "bound",
                    Measured::Inconclusive { why } => why,
                };
                let why = why.map_or("", String::as_str);
                let evidence = format!(
                    "values were not shown to read back as they were written, neither bound ({bound}) nor in the \
                     statement's text ({why}); they are bound"
                );
                let remedy = "accept the finding and run `ferry verify` after the copy";
                self.alert(Code::ProbeValues, evidence).remedy(remedy).done()
            }
        }
    }

    fn empty_values(&self) -> Finding {
        let Capabilities { empty_text, empty_bytes, .. } = self.capabilities;
        let lost = |answer: &Measured, what: &str| (*answer == Measured::No).then(|| what.to_owned());
        let lost: Vec<String> = [lost(empty_text, "an empty text"), lost(empty_bytes, "an empty VARBINARY")]
            .into_iter()
            .flatten()
            .collect();
        if let Some(why) = self.unprobed() {
            return self.pass(Code::ProbeEmptyValues, format!("not known ({why}); taken as kept"));
        }
        if !lost.is_empty() {
            let evidence = format!("{} becomes NULL; rows that hold one are counted", lost.join(" and "));
            return self.pass(Code::ProbeEmptyValues, evidence);
        }
        match (empty_text, empty_bytes) {
            (Measured::Inconclusive { why }, _) | (_, Measured::Inconclusive { why }) => self
                .alert(
                    Code::ProbeEmptyValues,
                    format!("not known whether an empty value becomes NULL: {why}"),
                )
                .remedy("accept the finding and run `ferry verify` after the copy")
                .done(),
            (Measured::Yes | Measured::No, Measured::Yes | Measured::No) => {
                self.pass(Code::ProbeEmptyValues, "an empty value is kept and is not NULL")
            }
        }
    }

    fn statement_rows(&self) -> Finding {
        let rows = self.capabilities.statement_form().rows;
        let evidence = match self.capabilities.statement_rows {
            Some(_) => format!("{rows} rows of one statement are taken, and as many are sent"),
            None => format!("not known how many rows of one statement are taken; {rows} are sent"),
        };
        self.pass(Code::ProbeStatementRows, evidence)
    }

    /// What only informs: the code, the answer, and how it reads as "yes" and as "no".
    fn informing(&self) -> Vec<Finding> {
        let found = self.capabilities;
        let questions = [
            (
                Code::ProbeReinsertion,
                &found.upsert_after_delete,
                "a row written at once after its DELETE is read",
                "a row written at once after its DELETE can be lost: two writes of one key must be kept apart",
            ),
            (
                Code::ProbeNullRows,
                &found.null_rows,
                "a row whose columns besides the key are all NULL exists",
                "a row whose columns besides the key are all NULL does not exist: where that can happen, tables that \
                 Ferry makes get a column `ferry_row`",
            ),
            (
                Code::ProbeOddNames,
                &found.odd_names,
                "names with characters outside letters, digits, `.`, `-` and `_` are taken",
                "names with characters outside letters, digits, `.`, `-` and `_` are refused and must be given other \
                 names",
            ),
            (
                Code::ProbePreparedHints,
                &found.prepared_hints,
                "hints work in prepared statements",
                "hints do not work in prepared statements, so values stand in the statement's text",
            ),
            (
                Code::ProbeDeleteTimeout,
                &found.delete_timeout_hint,
                "the time of a DELETE can be limited",
                "the time of a DELETE cannot be limited: the server's own limit of two minutes counts",
            ),
            (
                Code::ProbeMultiRowDelete,
                &found.multi_row_delete,
                "one DELETE removes several rows; each is deleted by a statement of its own all the same",
                "one DELETE removes one row",
            ),
        ];
        let informs = |(code, measured, shown, not_shown): (Code, &Measured, &str, &str)| {
            let evidence = match measured {
                Measured::Yes => shown.to_owned(),
                Measured::No => not_shown.to_owned(),
                Measured::Inconclusive { why } => format!("not known ({why}); taken as: {not_shown}"),
            };
            self.pass(code, evidence)
        };
        questions.into_iter().map(informs).collect()
    }
}
