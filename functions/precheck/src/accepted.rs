//! The codes the document accepts: each must be one of ours, and none that only fails.
//!
//! A mistyped code would otherwise accept nothing, and the owner would look for the reason elsewhere.

use std::collections::BTreeSet;

use migration::finding::Finding;
use migration::task::{AcceptedFinding, nearest_key};

use crate::codes::Code;
use crate::draft::Draft;

/// Judges the codes.
pub(crate) fn judge(accepted: &BTreeSet<AcceptedFinding>) -> Vec<Finding> {
    accepted.iter().filter_map(one).collect()
}

fn one(accepted: &AcceptedFinding) -> Option<Finding> {
    match Code::named(accepted.as_str()) {
        // A code that only informs may be an alert in another kind of migration, so accepting it is no mistake.
        Some(code) if code.levels().can_alert() || !code.levels().can_fail() => None,
        Some(code) => {
            let evidence = format!("`ignore` names {code}: a failure, which cannot be accepted");
            let draft = Draft::fail(Code::UnknownAcceptedCode, &code, evidence);
            Some(draft.remedy("take the code out of `ignore`").done())
        }
        None => {
            let known = Code::ALL.iter().filter(|code| code.levels().can_alert()).map(|code| code.as_str());
            let remedy = match nearest_key(accepted.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "take it out; the codes that can be accepted stand in the documentation".to_owned(),
            };
            let evidence = format!("`ignore` names {accepted}, and there is no such finding");
            Some(Draft::fail(Code::UnknownAcceptedCode, accepted, evidence).remedy(remedy).done())
        }
    }
}
