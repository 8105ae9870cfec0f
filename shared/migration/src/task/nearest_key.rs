//! Which known key a mistyped one was probably meant to be.
//!
//! The measure is the number of letters to add, drop, replace or swap with a neighbour.

/// The known key nearest to `typed`, if a slip of the fingers explains the difference.
#[must_use]
pub fn nearest_key<'k>(typed: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let typed: Vec<char> = typed.to_lowercase().replace('-', "_").chars().take(KEY_CHARS_MAX).collect();
    known
        .map(|key| (distance(&typed, &key.chars().collect::<Vec<char>>()), key))
        .filter(|(slips, key)| *slips <= 1 + key.len() / 4)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, key)| key)
}

/// More of a mistyped key is not looked at; the longest key of ours is a third as long.
const KEY_CHARS_MAX: usize = 64;

fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, l) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, r) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(l != r);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *l == right[column - 1] && left[row - 1] == *r;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest_key;

    fn nearest(typed: &str) -> Option<&'static str> {
        nearest_key(typed, ["name", "source", "target", "objects", "on_bad_row", "tls"].into_iter())
    }

    #[test]
    fn a_slip_of_the_fingers_is_explained() {
        for (typed, meant) in [
            ("nmae", "name"),
            ("sorce", "source"),
            ("Target", "target"),
            ("object", "objects"),
            ("on-bad-row", "on_bad_row"),
            ("on_bad_rows", "on_bad_row"),
            ("tsl", "tls"),
        ] {
            assert_eq!(nearest(typed), Some(meant), "{typed}");
        }
    }

    #[test]
    fn a_different_word_is_not_explained() {
        for typed in ["", "x", "throttle", "destination", "ssl_ca", &"a".repeat(10_000)] {
            assert_eq!(nearest(typed), None, "{typed}");
        }
    }
}
