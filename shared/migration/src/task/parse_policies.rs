//! Reading `names`, `tables_on_target`, `retry`, `on_ddl`, `zero_dates` and `tuning`.

use super::choice::Choice;
use super::defaults;
use super::fault::FaultList;
use super::node::{Mapping, Node};
use super::policy::{Names, OnDdl, RetryWindows, TablesOnTarget, Tuning};
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

/// Reads `retry`.
pub(super) fn retry(top: &Mapping<'_>, faults: &mut FaultList) -> Option<RetryWindows> {
    let Some(node) = top.get("retry") else {
        return Some(RetryWindows { connections: defaults::RETRY_CONNECTIONS, other: defaults::RETRY_OTHER });
    };
    let mapping = node.mapping(faults)?;
    let most = defaults::RETRY_MAX;
    let connections = (defaults::RETRY_CONNECTIONS, defaults::RETRY_CONNECTIONS_MIN, most);
    let connections = time_or(&mapping, "connections", connections, faults);
    let other = time_or(&mapping, "other", (defaults::RETRY_OTHER, defaults::RETRY_OTHER_MIN, most), faults);
    Some(RetryWindows { connections: connections?, other: other? })
}

/// Reads `on_ddl`.
pub(super) fn on_ddl(top: &Mapping<'_>, faults: &mut FaultList) -> Option<OnDdl> {
    let Some(node) = top.get("on_ddl") else { return Some(OnDdl { unsupported: defaults::UNSUPPORTED_DDL }) };
    let mapping = node.mapping(faults)?;
    let unsupported = choice_or(&mapping, "unsupported", defaults::UNSUPPORTED_DDL, faults);
    Some(OnDdl { unsupported: unsupported? })
}

/// Reads `tuning`.
pub(super) fn tuning(top: &Mapping<'_>, faults: &mut FaultList) -> Option<Tuning> {
    let Some(node) = top.get("tuning") else {
        return Some(Tuning {
            chunk_bytes: defaults::CHUNK_BYTES,
            copiers: defaults::COPIERS,
            lanes: defaults::LANES,
            appliers: defaults::APPLIERS,
            stamp_margin: defaults::STAMP_MARGIN,
            write_spacing: defaults::WRITE_SPACING,
        });
    };
    let mapping = node.mapping(faults)?;
    let chunk_bytes = match mapping.get("chunk_bytes") {
        None => Some(defaults::CHUNK_BYTES),
        Some(node) => chunk_bytes(&node, faults),
    };
    let copiers = count_or(&mapping, "copiers", defaults::COPIERS, defaults::COPIERS_MAX, faults);
    let lanes = count_or(&mapping, "lanes", defaults::LANES, defaults::LANES_MAX, faults);
    let appliers = count_or(&mapping, "appliers", defaults::APPLIERS, defaults::APPLIERS_MAX, faults);
    let margin = (defaults::STAMP_MARGIN, defaults::STAMP_MARGIN_MIN, defaults::STAMP_MARGIN_MAX);
    let stamp_margin = time_or(&mapping, "stamp_margin", margin, faults);
    let spacing = (defaults::WRITE_SPACING, defaults::WRITE_SPACING_MIN, defaults::WRITE_SPACING_MAX);
    let write_spacing = time_or(&mapping, "write_spacing", spacing, faults);
    Some(Tuning {
        chunk_bytes: chunk_bytes?,
        copiers: copiers?,
        lanes: lanes?,
        appliers: appliers?,
        stamp_margin: stamp_margin?,
        write_spacing: write_spacing?,
    })
}

fn chunk_bytes(node: &Node<'_>, faults: &mut FaultList) -> Option<ByteSize> {
    node.quantity(ByteSize::EXPECTED, defaults::CHUNK_BYTES_MIN, defaults::CHUNK_BYTES_MAX, faults)
}

/// A duration with its default and bounds.
fn time_or(
    mapping: &Mapping<'_>,
    key: &str,
    (default, least, most): (TimeSpan, TimeSpan, TimeSpan),
    faults: &mut FaultList,
) -> Option<TimeSpan> {
    match mapping.get(key) {
        None => Some(default),
        Some(node) => node.quantity(TimeSpan::EXPECTED, least, most, faults),
    }
}

/// A count from 1 on with its default.
fn count_or(
    mapping: &Mapping<'_>,
    key: &str,
    default: u16,
    most: u16,
    faults: &mut FaultList,
) -> Option<u16> {
    match mapping.get(key) {
        None => Some(default),
        Some(node) => node.count("a whole number", 1, most, faults),
    }
}

fn choice_or<C: Choice>(mapping: &Mapping<'_>, key: &str, default: C, faults: &mut FaultList) -> Option<C> {
    match mapping.get(key) {
        None => Some(default),
        Some(node) => node.choice(faults),
    }
}
