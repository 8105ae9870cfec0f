//! Reading `names`, `tables_on_target`, `zero_dates` and `tuning`.

use super::choice::Choice;
use super::defaults;
use super::fault::FaultList;
use super::node::{Mapping, Node};
use super::policy::{Names, TablesOnTarget, Tuning};
use super::quantity::{ByteSize, TimeSpan};
use crate::value::ZeroDates;

/// Reads `names`.
pub(super) fn names(top: &Mapping<'_>, faults: &mut FaultList) -> Option<Names> {
    let Some(node) = top.get("names") else { return Some(Names { case: defaults::NAME_CASE }) };
    let mapping = node.mapping(faults)?;
    let case = choice_or(&mapping, "case", defaults::NAME_CASE, faults);
    Some(Names { case: case? })
}

/// Reads `tables_on_target`.
pub(super) fn tables_on_target(top: &Mapping<'_>, faults: &mut FaultList) -> Option<TablesOnTarget> {
    let Some(node) = top.get("tables_on_target") else {
        return Some(TablesOnTarget {
            create: defaults::CREATE_TABLES,
            if_not_empty: defaults::IF_NOT_EMPTY,
        });
    };
    let mapping = node.mapping(faults)?;
    let create = match mapping.get("create") {
        None => Some(defaults::CREATE_TABLES),
        Some(node) => node.flag(faults),
    };
    let if_not_empty = choice_or(&mapping, "if_not_empty", defaults::IF_NOT_EMPTY, faults);
    Some(TablesOnTarget { create: create?, if_not_empty: if_not_empty? })
}

/// Reads `zero_dates`. YAML reads a plain `null` as nothing, and here nothing is a word of the list.
pub(super) fn zero_dates(top: &Mapping<'_>, faults: &mut FaultList) -> Option<ZeroDates> {
    match top.get("zero_dates") {
        Some(node) if node.value.is_null() => Some(ZeroDates::Null),
        Some(_) | None => choice_or(top, "zero_dates", defaults::ZERO_DATES, faults),
    }
}

/// Reads `tuning`.
pub(super) fn tuning(top: &Mapping<'_>, faults: &mut FaultList) -> Option<Tuning> {
    let Some(node) = top.get("tuning") else {
        return Some(Tuning {
            chunk_bytes: defaults::CHUNK_BYTES,
            copiers: defaults::COPIERS,
            stamp_margin: defaults::STAMP_MARGIN,
        });
    };
    let mapping = node.mapping(faults)?;
    let chunk_bytes = match mapping.get("chunk_bytes") {
        None => Some(defaults::CHUNK_BYTES),
        Some(node) => chunk_bytes(&node, faults),
    };
    let copiers = match mapping.get("copiers") {
        None => Some(defaults::COPIERS),
        Some(node) => node.count("a whole number", 1, defaults::COPIERS_MAX, faults),
    };
    let stamp_margin = match mapping.get("stamp_margin") {
        None => Some(defaults::STAMP_MARGIN),
        Some(node) => stamp_margin(&node, faults),
    };
    Some(Tuning { chunk_bytes: chunk_bytes?, copiers: copiers?, stamp_margin: stamp_margin? })
}

fn chunk_bytes(node: &Node<'_>, faults: &mut FaultList) -> Option<ByteSize> {
    node.quantity(ByteSize::EXPECTED, defaults::CHUNK_BYTES_MIN, defaults::CHUNK_BYTES_MAX, faults)
}

fn stamp_margin(node: &Node<'_>, faults: &mut FaultList) -> Option<TimeSpan> {
    node.quantity(TimeSpan::EXPECTED, defaults::STAMP_MARGIN_MIN, defaults::STAMP_MARGIN_MAX, faults)
}

fn choice_or<C: Choice>(mapping: &Mapping<'_>, key: &str, default: C, faults: &mut FaultList) -> Option<C> {
    match mapping.get(key) {
        None => Some(default),
        Some(node) => node.choice(faults),
    }
}
