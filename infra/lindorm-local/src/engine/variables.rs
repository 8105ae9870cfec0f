//! Session variables: the documented ones, and those that drivers read and set at connect.

use crate::answer::{Answer, Column, ColumnKind, Datum, SqlError};
use crate::engine::calendar::zone_offset;
use crate::engine::like::is_like;
use crate::engine::listing::{Listing, text, text_columns};
use crate::engine::projection::scalar_kind;
use crate::engine::scope::Scope;
use crate::engine::session::Zone;
use crate::engine::system::System;
use crate::engine::{Assumptions, Session, Support};
use crate::refusal;
use crate::sql::{Assignment, Item, Select};

/// What drivers read at connect, beside the documented variables.
const CHATTER: [(&str, &str); 17] = [
    ("autocommit", "1"),
    ("auto_increment_increment", "1"),
    ("character_set_client", "utf8mb4"),
    ("character_set_connection", "utf8mb4"),
    ("character_set_results", "utf8mb4"),
    ("character_set_server", "utf8mb4"),
    ("collation_connection", "utf8_as_cs"),
    ("collation_server", "utf8_as_cs"),
    ("init_connect", ""),
    ("interactive_timeout", "600"),
    ("license", "Apache-2.0"),
    ("lower_case_table_names", "0"),
    ("max_allowed_packet", "67108864"),
    ("net_write_timeout", "60"),
    ("transaction_isolation", "READ-COMMITTED"),
    ("wait_timeout", "600"),
    ("version_comment", "lindorm-local"),
];
/// What drivers set at connect and nothing comes of.
const SETTABLE: [&str; 9] = [
    "autocommit",
    "character_set_results",
    "character_set_client",
    "character_set_connection",
    "character_set_server",
    "collation_connection",
    "collation_server",
    "net_write_timeout",
    "wait_timeout",
];

/// Gives a new session what the server's settings say; its own SET comes after.
pub(crate) fn begin(session: &mut Session, system: &System) {
    if let Some(zone) = system.text("TIME_ZONE")
        && let Some(offset_ms) = zone_offset(&zone)
    {
        session.zone = Zone { offset_ms, spelling: zone };
    }
    session.no_backslash_escapes = system.text("SQL_MODE").is_some_and(|mode| !mode.is_empty());
}

/// A variable's value as text; NULL for `socket`.
fn value(name: &str, session: &Session, assumptions: &Assumptions) -> Result<Datum<'static>, SqlError> {
    match name {
        "time_zone" | "sql_mode" if !is_settable(name, assumptions) => {
            return Err(refusal::unknown_variable(name));
        }
        "time_zone" => return Ok(text(session.zone.spelling.clone())),
        "system_time_zone" => return Ok(text("+08:00".to_owned())),
        "sql_mode" => {
            return Ok(text(
                if session.no_backslash_escapes { "NO_BACKSLASH_ESCAPES" } else { "" }.to_owned(),
            ));
        }
        "version" => return Ok(text(assumptions.engine_version.spelling().to_owned())),
        "socket" if assumptions.chatter == Support::Accepted => return Ok(Datum::Null),
        _ => {}
    }
    let known = CHATTER.iter().find(|(known, _)| *known == name && assumptions.chatter == Support::Accepted);
    let (_, value) = known.ok_or_else(|| refusal::unknown_variable(name))?;
    Ok(value.parse::<i64>().map_or_else(|_| text((*value).to_owned()), Datum::Int))
}

/// Old engines have one of the documented variables, or neither.
fn is_settable(name: &str, assumptions: &Assumptions) -> bool {
    let support =
        if name == "time_zone" { assumptions.time_zone_setting } else { assumptions.sql_mode_setting };
    support == Support::Accepted
}

/// The rows of SHOW VARIABLES.
pub(crate) fn listed(
    session: &Session,
    assumptions: &Assumptions,
    pattern: Option<&str>,
) -> Result<Vec<Vec<String>>, SqlError> {
    if assumptions.chatter == Support::Refused {
        return Err(refusal::unsupported("SHOW VARIABLES"));
    }
    let mut rows = vec![
        vec!["time_zone".to_owned(), session.zone.spelling.clone()],
        vec!["version".to_owned(), assumptions.engine_version.spelling().to_owned()],
    ];
    rows.extend(CHATTER.iter().map(|(name, value)| vec![(*name).to_owned(), (*value).to_owned()]));
    rows.retain(|row| pattern.is_none_or(|pattern| is_like(row[0].as_bytes(), &pattern.to_lowercase())));
    rows.sort();
    Ok(rows)
}

/// The columns of a SELECT without a table.
pub(crate) fn columns(
    select: &Select,
    session: &Session,
    assumptions: &Assumptions,
) -> Result<Vec<Column>, SqlError> {
    if is_version(select) {
        return Ok(text_columns(&["VERSION", "BUILD_TIME", "GIT_COMMIT"]));
    }
    let mut columns = Vec::with_capacity(select.items.len());
    for item in &select.items {
        let (name, kind) = match item {
            Item::Scalar { value, name } => (name, scalar_kind(value)),
            Item::Database { name } => (name, ColumnKind::Varchar { length: None }),
            Item::Variable { variable, name } => match value(variable, session, assumptions)? {
                Datum::Int(_) => (name, ColumnKind::BigInt),
                _ => (name, ColumnKind::Varchar { length: None }),
            },
            Item::Column { column, .. } => return Err(refusal::unknown_column(column)),
            Item::All | Item::Count { .. } => return Err(refusal::syntax("FROM is missing")),
        };
        columns.push(Column { name: name.clone(), kind });
    }
    Ok(columns)
}

/// `SELECT @@VERSION` alone tells three things.
fn is_version(select: &Select) -> bool {
    matches!(select.items.as_slice(), [Item::Variable { variable, .. }] if variable == "version")
}

/// Runs a SELECT without a table.
pub(crate) fn select(select: &Select, session: &Session, scope: &Scope<'_>) -> Result<Answer, SqlError> {
    let columns = columns(select, session, scope.assumptions)?;
    if is_version(select) {
        let version = scope.assumptions.engine_version.spelling();
        let row = [version, "2026-01-01 00:00:00", "0000000"].map(|part| text(part.to_owned()));
        return Ok(Listing::answer(columns, vec![row.to_vec()]));
    }
    let mut row = Vec::with_capacity(select.items.len());
    for item in &select.items {
        row.push(match item {
            Item::Scalar { value, .. } => scope.value(value).clone().into_owned(),
            Item::Database { .. } => text(session.database.clone()),
            Item::Variable { variable, .. } => value(variable, session, scope.assumptions)?,
            Item::Column { .. } | Item::All | Item::Count { .. } => Datum::Null,
        });
    }
    Ok(Listing::answer(columns, vec![row]))
}

/// Runs SET, all of it or nothing.
pub(crate) fn set(
    assignments: &[Assignment],
    session: &mut Session,
    assumptions: &Assumptions,
) -> Result<(), SqlError> {
    let mut next = session.clone();
    for assignment in assignments {
        match assignment {
            Assignment::Names(_) if assumptions.chatter == Support::Refused => {
                return Err(refusal::unsupported("SET NAMES"));
            }
            Assignment::Names(charset) => {
                if !["utf8", "utf8mb3", "utf8mb4"].contains(&charset.to_ascii_lowercase().as_str()) {
                    return Err(refusal::bad_variable_value("names"));
                }
            }
            Assignment::Variable(name, value) => assign(name, value, &mut next, assumptions)?,
        }
    }
    *session = next;
    Ok(())
}

fn assign(
    name: &str,
    value: &Datum<'_>,
    session: &mut Session,
    assumptions: &Assumptions,
) -> Result<(), SqlError> {
    match (name, value) {
        ("time_zone" | "sql_mode", _) if !is_settable(name, assumptions) => {
            Err(refusal::unknown_variable(name))
        }
        ("time_zone", Datum::Text(zone)) => {
            let offset_ms = zone_offset(zone).ok_or_else(|| refusal::unknown_zone(zone))?;
            session.zone = Zone { offset_ms, spelling: zone.clone().into_owned() };
            Ok(())
        }
        ("sql_mode", Datum::Text(mode)) => match mode.to_ascii_uppercase().as_str() {
            "NO_BACKSLASH_ESCAPES" => {
                session.no_backslash_escapes = true;
                Ok(())
            }
            "" => {
                session.no_backslash_escapes = false;
                Ok(())
            }
            _ => Err(refusal::bad_variable_value(name)),
        },
        ("time_zone" | "sql_mode", _) => Err(refusal::bad_variable_value(name)),
        _ if assumptions.chatter == Support::Accepted && SETTABLE.contains(&name) => Ok(()),
        _ => Err(refusal::unknown_variable(name)),
    }
}
