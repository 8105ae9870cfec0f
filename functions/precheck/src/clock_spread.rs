//! How far apart the target's clocks are, against what the run needs.
//!
//! The margin between the snapshot stamp and everything before and after it must be more than clocks can differ by
//! (design section 4).

use std::time::Duration;

use migration::capabilities::Capabilities;
use migration::finding::Finding;
use migration::ident::DatabaseName;
use migration::task::defaults::STAMP_MARGIN_MAX;

use crate::codes::Code;
use crate::draft::Draft;

/// What two changes of one key are kept apart by, where changes are written (design section 3).
const WRITE_SPACING: Duration = Duration::from_millis(250);

pub(crate) fn judge(capabilities: &Capabilities, database: &DatabaseName, margin: Duration) -> Finding {
    let pass = |evidence: String| Draft::pass(Code::ProbeClockSpread, database, evidence).done();
    let Some(spread) = capabilities.clock_spread else {
        return pass("not known how far the clocks of the target's nodes differ".to_owned());
    };
    let differ = format!("over several connections the target's clocks differ by at most {}", text(spread));
    if spread >= margin && capabilities.stamped() {
        let evidence = format!(
            "{differ}, which is not less than the margin of {} around the stamp of copied rows",
            text(margin)
        );
        let wanted = Duration::from_secs(spread.as_secs().saturating_add(1).saturating_mul(2));
        let draft = Draft::alert(Code::ProbeClockSpread, database, evidence);
        if wanted > STAMP_MARGIN_MAX.duration() {
            return draft.remedy("bring the clocks of the target's nodes into step").done();
        }
        return draft
            .remedy("widen the margin, or bring the clocks of the target's nodes into step")
            .statement(format!("tuning: {{ stamp_margin: {}s }}", wanted.as_secs()))
            .done();
    }
    if spread >= WRITE_SPACING {
        let spacing = text(WRITE_SPACING);
        return pass(format!("{differ}; two changes of one key would have to be more than {spacing} apart"));
    }
    pass(differ)
}

fn text(span: Duration) -> String {
    format!("{} ms", span.as_millis())
}
