//! The settings of the whole server: ALTER SYSTEM SET and SHOW SYSTEM VARIABLES (`lindorm.md` 1.2 and 11 rule 11).
//!
//! Names are compared without regard to case. Only what was changed is shown. A setting without effect here is kept and shown
//! all the same. Nothing else is accepted, so that a misspelt name cannot pass for a setting.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::answer::SqlError;
use crate::engine::calendar::zone_offset;
use crate::engine::like::is_like;
use crate::engine::{Assumptions, ErrorLanguage, Support};
use crate::refusal;

/// What the settings come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Whether UPDATE and DELETE may concern several rows.
    pub(crate) several_rows: bool,
    /// The most indexes of a table.
    pub(crate) most_indexes: usize,
    /// The most bytes of rows that one query sorts.
    pub(crate) sorted_bytes_max: usize,
    /// The language of error messages.
    pub(crate) language: ErrorLanguage,
    /// The most connections, if that was set.
    pub(crate) connections_max: Option<usize>,
}

/// The settings of one server.
#[derive(Debug)]
pub(crate) struct System {
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    settings: Settings,
    /// What was set, by name.
    changed: BTreeMap<&'static str, String>,
}

/// Every setting, as it is shown.
const NAMES: [&str; 8] = [
    RANGE_DELETE,
    MOST_INDEXES,
    "lindorm.sql.join_union.disabled",
    "ERROR_LANG",
    "MAX_CONN",
    "QUERY_MAX_MEM",
    "SQL_MODE",
    "TIME_ZONE",
];
const RANGE_DELETE: &str = "lindorm.allow.range.delete";
const MOST_INDEXES: &str = "lindorm.max.index.number";

impl System {
    /// The settings of a server that was just started.
    pub(crate) fn new(assumptions: &Assumptions) -> Self {
        let settings = Settings {
            several_rows: assumptions.multi_row_delete == Support::Accepted,
            most_indexes: 5,
            sorted_bytes_max: 8_388_608,
            language: assumptions.error_language,
            connections_max: None,
        };
        Self { state: RwLock::new(State { settings, changed: BTreeMap::new() }) }
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The settings of this moment.
    pub(crate) fn settings(&self) -> Settings {
        self.read(|state| state.settings)
    }

    /// A setting's text, if it was set.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.read(|state| state.changed.get(name).cloned())
    }

    /// What was changed, by name.
    pub(crate) fn listed(&self, pattern: Option<&str>) -> Vec<Vec<String>> {
        let fits = |name: &str| {
            pattern.is_none_or(|pattern| is_like(name.to_lowercase().as_bytes(), &pattern.to_lowercase()))
        };
        self.read(|state| {
            let shown = state.changed.iter().filter(|(name, _)| fits(name));
            shown.map(|(name, value)| vec![(*name).to_owned(), value.clone()]).collect()
        })
    }

    /// Runs ALTER SYSTEM SET.
    ///
    /// # Errors
    /// 1193 for a name that is not known, 1231 for a value that it does not take.
    pub(crate) fn set(&self, name: &str, value: &str) -> Result<(), SqlError> {
        let known = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let known = known.ok_or_else(|| refusal::unknown_variable(name))?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut settings = state.settings;
        if !apply(&mut settings, known, value) {
            return Err(refusal::bad_variable_value(known));
        }
        state.settings = settings;
        state.changed.insert(known, value.to_owned());
        Ok(())
    }
}

/// False for a value that the setting does not take.
fn apply(settings: &mut Settings, name: &str, value: &str) -> bool {
    fn into<T>(place: &mut T, value: Option<T>) -> bool {
        value.map(|value| *place = value).is_some()
    }
    let positive = || value.parse::<usize>().ok().filter(|number| *number > 0);
    match name {
        RANGE_DELETE => into(&mut settings.several_rows, truth(value)),
        MOST_INDEXES => into(&mut settings.most_indexes, value.parse().ok()),
        "ERROR_LANG" => into(&mut settings.language, ErrorLanguage::read(value)),
        "MAX_CONN" => into(&mut settings.connections_max, positive().map(Some)),
        "QUERY_MAX_MEM" => into(&mut settings.sorted_bytes_max, positive()),
        "SQL_MODE" => value.is_empty() || value.eq_ignore_ascii_case("NO_BACKSLASH_ESCAPES"),
        "TIME_ZONE" => zone_offset(value).is_some(),
        // Joins and unions are not here to be allowed.
        _ => truth(value).is_some(),
    }
}

fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
