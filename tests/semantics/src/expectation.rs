//! What a setting must lead to where it is not simply an equal copy.
//!
//! Where values cannot be carried exactly, precheck must refuse, by the code named here. Where a run is only slower or asks
//! more care, precheck alerts, the alert is accepted by name, and the run must end equal.

use std::collections::BTreeSet;

use crate::setting::Setting;

/// Alerts that a setting may raise and its operator accepts. None is accepted under the defaults.
pub(crate) const ACCEPTED: &str = ", probe_clock, probe_stamp, probe_delete, probe_empty_values";

/// Switches whose value alone makes an exact copy impossible.
const IMPOSSIBLE: &[(&str, &str, &str)] = &[
    // An empty value would become NULL.
    ("empty_bytes", "null", "empty_values"),
    ("empty_text", "null", "empty_values"),
    // A row deleted on the source would stay.
    ("key_delete", "no_text", "target_key_delete"),
    ("key_delete", "no_bytes", "target_key_delete"),
    ("key_delete", "no_decimal", "target_key_delete"),
    ("key_delete", "one_column", "target_key_delete"),
    // The session's time zone cannot be UTC: an engine before 2.7.6.
    ("time_zone_setting", "refused", "target_connection"),
];

/// Whether this value of the switch leaves an exact copy possible, whatever the others are.
pub(crate) fn is_possible(switch: &str, value: &str) -> bool {
    !IMPOSSIBLE.iter().any(|(name, refused, _)| *name == switch && *refused == value)
}

/// The codes by which precheck must refuse; none where the migration must end equal.
pub(crate) fn refusals(setting: &Setting) -> BTreeSet<&'static str> {
    let alone = IMPOSSIBLE.iter().filter(|(name, value, _)| setting.has(name, value));
    let mut codes: BTreeSet<&str> = alone.map(|(_, _, code)| *code).collect();
    if needs_literals(setting) && !has_literals(setting) {
        codes.insert("probe_values");
    }
    codes
}

/// Values cannot be bound, or hints do nothing where they are.
fn needs_literals(setting: &Setting) -> bool {
    setting.has("bind_values", "refused")
        || setting.has("bound_text", "refused")
        || setting.has("hints_when_prepared", "ignored")
        || setting.has("hints_when_prepared", "refused")
}

/// Every value can be written into a statement's text.
fn has_literals(setting: &Setting) -> bool {
    let quotes = !setting.has("quote_doubling", "refused") || !setting.has("escapes", "off");
    quotes && !setting.has("hex_literal", "refused")
}
