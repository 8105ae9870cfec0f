//! How far apart the target's clocks are, against what the run needs.
//!
//! The margin between the snapshot stamp and everything before and after it must be more than clocks can differ by
//! (design section 4), and so must the time between two changes of one key where the log is followed (section 3).

use std::time::Duration;

use migration::capabilities::Capabilities;
use migration::finding::Finding;
use migration::ident::DatabaseName;
use migration::task::defaults::{STAMP_MARGIN_MAX, WRITE_SPACING_MAX};
use migration::task::{MigrationMode, Tuning};

use crate::codes::Code;
use crate::draft::Draft;

pub(crate) fn judge(
    capabilities: &Capabilities,
    database: &DatabaseName,
    tuning: &Tuning,
    mode: MigrationMode,
) -> Finding {
    let (margin, spacing) = (tuning.stamp_margin.duration(), tuning.write_spacing.duration());
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
    if spread >= spacing {
        let evidence = format!("{differ}; two changes of one key are written {} apart", text(spacing));
        if !mode.follows() {
            return pass(format!("{evidence} where the log is followed, which would be too little"));
        }
        let evidence = format!("{evidence}, so that the later one could be the one that is lost");
        let wanted = spread.saturating_mul(2);
        let draft = Draft::alert(Code::ProbeClockSpread, database, evidence);
        if wanted > WRITE_SPACING_MAX.duration() {
            return draft.remedy("bring the clocks of the target's nodes into step").done();
        }
        return draft
            .remedy("widen the spacing, or bring the clocks of the target's nodes into step")
            .statement(format!("tuning: {{ write_spacing: {}ms }}", wanted.as_millis()))
            .done();
    }
    pass(differ)
}

fn text(span: Duration) -> String {
    format!("{} ms", span.as_millis())
}
