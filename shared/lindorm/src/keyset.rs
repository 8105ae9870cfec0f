//! Walks a table in the target's own key order by conditions on the key, page by page.
//!
//! Row comparisons are not known to use the key, so behind (a, b, c) come first the rows with `p1 = a AND p2 = b AND
//! p3 > c`, then `p1 = a AND p2 > b`, then `p1 > a` (`lindorm.md` 2.4). Rows arrive in key order without ORDER BY.
//! Only an empty answer ends a condition: a short page may be the server's own page size.

use migration::value::TargetValue;

use crate::statement::Condition;

/// A key column as the target sorts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    pub(crate) name: String,
    pub(crate) descending: bool,
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// From the start, without a condition.
    Start,
    /// Behind the cursor, by a condition on that many leading key columns, at least one.
    Behind(usize),
    /// Nothing is left.
    Over,
}

impl Step {
    /// The next step after an answer with rows (the cursor is then the last of them) or without.
    pub(crate) fn after(self, rows: bool, key_columns: usize) -> Self {
        match self {
            Self::Over => Self::Over,
            Self::Start | Self::Behind(_) if rows => Self::Behind(key_columns),
            Self::Start | Self::Behind(0 | 1) => Self::Over,
            Self::Behind(columns) => Self::Behind(columns - 1),
        }
    }
}

/// The conditions on the first `columns` key columns, behind the cursor's values of them.
pub(crate) fn behind<'a>(
    key: &'a [KeyColumn],
    columns: usize,
    cursor: &'a [TargetValue],
) -> Vec<Condition<'a>> {
    let leading = key.get(..columns).unwrap_or(key);
    let pairs = leading.iter().zip(cursor).enumerate();
    let conditions = pairs.map(|(at, (column, value))| {
        let comparison = match (at + 1 == leading.len(), column.descending) {
            (false, _) => "=",
            (true, false) => ">",
            (true, true) => "<",
        };
        Condition { column: &column.name, comparison, value }
    });
    conditions.collect()
}

#[cfg(test)]
mod tests {
    use migration::value::TargetValue;

    use super::{KeyColumn, Step, behind};
    use crate::statement::Condition;

    fn key() -> [KeyColumn; 3] {
        [("a", false), ("b", true), ("c", false)]
            .map(|(name, descending)| KeyColumn { name: name.to_owned(), descending })
    }

    #[test]
    fn conditions_go_from_the_narrowest_to_the_widest_and_follow_the_sort_order() {
        let cursor = [1, 2, 3].map(TargetValue::Int);
        let conditions = |columns| {
            let (key, mut text) = (key(), String::new());
            for Condition { column, comparison, value } in behind(&key, columns, &cursor) {
                text.push_str(&format!("{column} {comparison} {value:?}; "));
            }
            text
        };
        assert_eq!(conditions(3), "a = Int(1); b = Int(2); c > Int(3); ");
        assert_eq!(conditions(2), "a = Int(1); b < Int(2); ");
        assert_eq!(conditions(1), "a > Int(1); ");
    }

    /// Runs a walk over keys in memory, as a server of small pages would answer it.
    fn walk(keys: &[[u8; 3]], page: usize) -> Vec<[u8; 3]> {
        // Order by a ascending, b descending, c ascending.
        let place = |key: &[u8; 3]| [key[0], 255 - key[1], key[2]];
        let mut sorted = keys.to_vec();
        sorted.sort_by_key(place);
        let (mut step, mut seen) = (Step::Start, Vec::<[u8; 3]>::new());
        loop {
            let cursor = seen.last().map(place);
            let within = |key: &&[u8; 3]| match (step, cursor) {
                (Step::Start, _) => true,
                (Step::Behind(columns), Some(cursor)) => {
                    let place = place(key);
                    place[..columns - 1] == cursor[..columns - 1] && place[columns - 1] > cursor[columns - 1]
                }
                (Step::Behind(_), None) | (Step::Over, _) => false,
            };
            if step == Step::Over {
                return seen;
            }
            let rows: Vec<[u8; 3]> = sorted.iter().filter(within).take(page).copied().collect();
            step = step.after(!rows.is_empty(), 3);
            seen.extend(rows);
        }
    }

    #[test]
    fn a_walk_sees_every_key_once_in_order_whatever_the_page_size() {
        let keys: Vec<[u8; 3]> = (0..60_u8).map(|number| [number % 3, number / 3 % 4, number / 12]).collect();
        for page in 1..=61 {
            let seen = walk(&keys, page);
            assert_eq!(seen.len(), keys.len());
            assert!(seen.is_sorted_by_key(|key| [key[0], 255 - key[1], key[2]]));
        }
        assert!(walk(&[], 5).is_empty());
    }
}
