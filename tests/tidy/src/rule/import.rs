//! Rule 9: every imported name is written out.
//!
//! A wildcard hides where a name comes from, and lets a new version of a crate change what a name means.

use crate::repository::File;
use crate::violation::Violation;

/// No `use something::*`, neither private nor public, tests included.
pub fn no_wildcards(file: &File) -> Vec<Violation> {
    let paths = file.facts.iter().flat_map(|facts| &facts.paths);
    paths
        .filter(|path| path.text.ends_with('*'))
        .map(|path| file.violation(path.line, format!("wildcard import {}", path.text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::no_wildcards;
    use crate::repository::File;

    #[test]
    fn wildcards_are_caught_in_code_in_tests_and_in_re_exports() {
        let check = |text: &str| no_wildcards(&File::new("a/src/lib.rs", text)).len();
        assert_eq!(check("use std::io::*;"), 1);
        assert_eq!(check("pub use row::*;"), 1);
        assert_eq!(check("mod tests { use super::*; }"), 1);
        assert_eq!(check("use std::{io::{self, *}, fmt};"), 1);
        assert_eq!(check("use std::io::{self, Read as _};"), 0);
    }
}
