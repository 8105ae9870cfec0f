//! Rules 1, 2 and 3: files up to 400 lines, functions up to 70, `main.rs` under 40.
//!
//! Long things hide what they do. Markdown and lock files are not code and may be long.

use crate::repository::File;
use crate::violation::Violation;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 39;

/// Rule 1: source files and scripts have at most 400 lines, tests included.
pub fn files_are_short(file: &File) -> Vec<Violation> {
    let lines = file.text.lines().count();
    let counts =
        file.is_rust() || file.is_script() || file.path.ends_with(".sql") || file.path.ends_with("Makefile");
    if counts && lines > FILE_LINES_MAX {
        return vec![file.violation(0, format!("{lines} lines, at most {FILE_LINES_MAX} are allowed"))];
    }
    Vec::new()
}

/// Rule 2: a function has at most 70 lines, from `fn` to its closing brace.
pub fn functions_fit_a_screen(file: &File) -> Vec<Violation> {
    let functions = file.facts.iter().flat_map(|facts| &facts.functions);
    functions
        .filter_map(|function| {
            let lines = function.last_line + 1 - function.first_line;
            let what = format!(
                "function {} has {lines} lines, at most {FUNCTION_LINES_MAX} are allowed",
                function.name
            );
            (lines > FUNCTION_LINES_MAX).then(|| file.violation(function.first_line, what))
        })
        .collect()
}

/// Rule 3: a program's `main.rs` stays under 40 lines.
pub fn mains_only_wire(file: &File) -> Vec<Violation> {
    let lines = file.text.lines().count();
    if file.path.ends_with("src/main.rs") && lines > MAIN_LINES_MAX {
        return vec![file.violation(0, format!("{lines} lines in a main.rs, it must stay under 40"))];
    }
    Vec::new()
}

/// Every Rust file parses; what does not parse would escape the other rules.
pub fn rust_parses(file: &File) -> Vec<Violation> {
    if file.is_rust() && file.facts.is_none() {
        return vec![file.violation(0, "does not parse as Rust")];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::{files_are_short, functions_fit_a_screen, mains_only_wire, rust_parses};
    use crate::repository::File;

    #[test]
    fn a_file_of_401_lines_is_caught_and_one_of_400_is_not() {
        assert_eq!(files_are_short(&File::new("a/src/b.rs", &"\n".repeat(401))).len(), 1);
        assert_eq!(files_are_short(&File::new("a/run.sh", &"\n".repeat(401))).len(), 1);
        assert!(files_are_short(&File::new("a/src/b.rs", &"\n".repeat(400))).is_empty());
        assert!(files_are_short(&File::new("README.md", &"\n".repeat(401))).is_empty());
    }

    #[test]
    fn a_function_of_71_lines_is_caught_wherever_it_stands() {
        let function = |lines: usize| format!("fn long() {{{}}}\n", "\n".repeat(lines - 1));
        let check = |text: &str| functions_fit_a_screen(&File::new("a/src/b.rs", text)).len();
        assert_eq!(check(&function(71)), 1);
        assert_eq!(check(&function(70)), 0);
        assert_eq!(check(&format!("impl S {{ {} }}", function(71))), 1);
        assert_eq!(check(&format!("trait T {{ {} }}", function(71))), 1);
        assert_eq!(check(&format!("mod tests {{ {} }}", function(71))), 1);
    }

    #[test]
    fn a_main_of_40_lines_is_caught() {
        assert_eq!(mains_only_wire(&File::new("infra/x/src/main.rs", &"\n".repeat(40))).len(), 1);
        assert!(mains_only_wire(&File::new("infra/x/src/main.rs", &"\n".repeat(39))).is_empty());
        assert!(mains_only_wire(&File::new("tests/x/tests/main.rs", &"\n".repeat(40))).is_empty());
    }

    #[test]
    fn rust_that_does_not_parse_is_caught() {
        assert_eq!(rust_parses(&File::new("a/src/b.rs", "fn {")).len(), 1);
        assert!(rust_parses(&File::new("a/src/b.rs", "fn f() {}")).is_empty());
    }
}
