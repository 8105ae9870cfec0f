//! Settings under which the database cannot be moved exactly: precheck must refuse, by the code named here.
//!
//! Every other setting must end equal.

/// Alerts that a setting may raise and its operator accepts: the run is slower or asks more care, and ends equal. None is
/// accepted under the defaults.
pub(crate) const ACCEPTED: &str = "probe_clock, probe_stamp";

/// The code with which precheck refuses the fixed database where the switch has this value.
const REFUSED: &[(&str, &str, &str)] = &[
    // An empty value would become NULL.
    ("empty_bytes", "null", "empty_bytes"),
    ("empty_text", "null", "empty_text"),
];

/// The precheck code this value of the switch must lead to; none where the migration must end equal.
pub(crate) fn refusal(switch: &str, value: &str) -> Option<&'static str> {
    let found = REFUSED.iter().find(|(name, refused, _)| *name == switch && *refused == value);
    found.map(|(_, _, code)| *code)
}
