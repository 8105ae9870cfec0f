//! Names by which schema change tools call what they make beside a table.
//!
//! gh-ost makes `_t_gho` (the copy), `_t_ghc` (its notes) and leaves the old table as `_t_del`, with a time before the
//! ending where asked; pt-online-schema-change makes `_t_new` and leaves `_t_old`, with more underscores in front where a name
//! is taken. Names that grow too long are cut before the ending.

use crate::ident::{IDENTIFIER_CHARS_MAX, TableId};

/// What a name says a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What becomes the table.
    Copy,
    /// The tool's own.
    Notes,
    /// What was the table.
    Old,
}

const ENDINGS: [(&str, Role); 5] = [
    ("_gho", Role::Copy),
    ("_new", Role::Copy),
    ("_ghc", Role::Notes),
    ("_del", Role::Old),
    ("_old", Role::Old),
];

/// Digits of the time gh-ost puts into a name.
const TIME_DIGITS: usize = 14;

/// What `name` is beside `table`, by its name.
pub(super) fn role(name: &TableId, table: &TableId) -> Option<Role> {
    if name.database != table.database {
        return None;
    }
    let whole = name.table.as_str().strip_prefix('_')?;
    let (stem, role) =
        ENDINGS.iter().find_map(|(ending, role)| Some((whole.strip_suffix(ending)?, *role)))?;
    let untimed = stem.rsplit_once('_').and_then(|(stem, time)| {
        let is_time = time.len() == TIME_DIGITS && time.bytes().all(|byte| byte.is_ascii_digit());
        is_time.then_some(stem)
    });
    let of = table.table.as_str();
    let full = name.table.as_str().chars().count() == IDENTIFIER_CHARS_MAX;
    let is_stem =
        |stem: &str| stem == of || (full && stem.len() > IDENTIFIER_CHARS_MAX / 2 && of.starts_with(stem));
    // A table may itself begin with an underscore: they are taken away one by one.
    let underscores = stem.len() - stem.trim_start_matches('_').len();
    let stems = (0..=underscores).filter_map(|cut| stem.get(cut..)).chain(untimed);
    stems.into_iter().any(is_stem).then_some(role)
}

#[cfg(test)]
mod tests {
    use super::{Role, TableId, role};
    use crate::ident::{DatabaseName, TableName};

    #[test]
    fn names_of_both_tools_are_recognised() {
        let id = |name: &str| TableId {
            database: DatabaseName::new("d").unwrap(),
            table: TableName::new(name).unwrap(),
        };
        let of = |name: &str, table: &str| role(&id(name), &id(table));
        assert_eq!(of("_t_gho", "t"), Some(Role::Copy));
        assert_eq!(of("_t_ghc", "t"), Some(Role::Notes));
        assert_eq!(of("_t_20261122150000_del", "t"), Some(Role::Old));
        assert_eq!(of("_t_new", "t"), Some(Role::Copy));
        assert_eq!(of("___t_old", "t"), Some(Role::Old));
        assert_eq!(of("__t_gho", "_t"), Some(Role::Copy));
        assert_eq!(of("t_new", "t"), None);
        assert_eq!(of("_u_new", "t"), None);
        let long = "x".repeat(64);
        assert_eq!(of(&format!("_{}_gho", "x".repeat(59)), &long), Some(Role::Copy));
        assert_eq!(of(&format!("_{}_gho", "x".repeat(20)), &long), None);
    }
}
