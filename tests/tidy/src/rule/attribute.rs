//! Rule 55: no test is switched off, and none is content with any panic.
//!
//! An ignored test rots; a test that expects a panic passes for the wrong reason.

use crate::repository::File;
use crate::violation::Violation;

/// No `#[ignore]` and no `#[should_panic]`.
pub fn no_ignored_tests(file: &File) -> Vec<Violation> {
    let attributes = file.facts.iter().flat_map(|facts| &facts.attributes);
    let conditions = file.facts.iter().flat_map(|facts| &facts.conditions);
    attributes
        .filter(|attribute| ["ignore", "should_panic"].contains(&attribute.text.as_str()))
        .chain(conditions.filter(|condition| {
            condition.text.split_whitespace().any(|word| ["ignore", "should_panic"].contains(&word))
        }))
        .map(|seen| file.violation(seen.line, format!("attribute {} is not allowed", seen.text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::no_ignored_tests;
    use crate::repository::File;

    #[test]
    fn ignored_tests_and_expected_panics_are_caught() {
        let check = |text: &str| no_ignored_tests(&File::new("a/src/lib.rs", text)).len();
        assert_eq!(check("#[test] #[ignore] fn f() {}"), 1);
        assert_eq!(check("#[test] #[ignore = \"slow\"] fn f() {}"), 1);
        assert_eq!(check("#[test] #[should_panic(expected = \"x\")] fn f() {}"), 1);
        assert_eq!(check("#[test] #[cfg_attr(miri, ignore)] fn f() {}"), 1);
        assert_eq!(check("#[test] fn f() {}"), 0);
    }
}
