//! Rule 42: every file opens with what it is and why it exists.
//!
//! A reader who opens a file in the middle of the night starts at its first line.

use crate::repository::File;
use crate::violation::Violation;

/// Rust files open with `//!`, scripts with a comment after the `#!` line.
pub fn files_open_with_their_purpose(file: &File) -> Vec<Violation> {
    let first = file.text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
    if file.is_rust() && !first.starts_with("//! ") {
        return vec![file.violation(1, "does not open with //!")];
    }
    if file.is_script() && !first.starts_with("# ") {
        return vec![file.violation(1, "does not open with a comment")];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::files_open_with_their_purpose;
    use crate::repository::File;

    #[test]
    fn a_file_that_opens_with_code_is_caught() {
        let check = |path: &str, text: &str| files_open_with_their_purpose(&File::new(path, text)).len();
        assert_eq!(check("a/src/lib.rs", "use std::io;\n//! late"), 1);
        assert_eq!(check("a/src/lib.rs", ""), 1);
        assert_eq!(check("a/src/lib.rs", "//! What it is.\n"), 0);
        assert_eq!(check("a/run", "#!/bin/sh\nset -e\n"), 1);
        assert_eq!(check("a/run", "#!/bin/sh\n# What it is.\n"), 0);
    }
}
