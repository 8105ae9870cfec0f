//! Rule 60: code is compiled under `test` and under two features, and under no other condition.
//!
//! Every condition doubles what must be built and tested. `lambda` belongs to the functions, `mutations` to the core.

use crate::repository::File;
use crate::violation::Violation;

/// Only `cfg(test)`, `cfg(feature = "lambda")` in functions and `cfg(feature = "mutations")` in the core.
pub fn only_known_conditions(file: &File) -> Vec<Violation> {
    let conditions = file.facts.iter().flat_map(|facts| &facts.conditions);
    conditions
        .filter(|condition| !is_known(&file.path, &condition.text))
        .map(|condition| {
            file.violation(condition.line, format!("condition cfg({}) is not allowed", condition.text))
        })
        .collect()
}

fn is_known(path: &str, condition: &str) -> bool {
    let bare: String = condition.split_whitespace().collect();
    let feature = if path.starts_with("functions/") {
        "feature=\"lambda\""
    } else if path.starts_with("shared/migration/") {
        "feature=\"mutations\""
    } else {
        "test"
    };
    let inner = bare.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&bare);
    inner == "test" || inner == feature
}

#[cfg(test)]
mod tests {
    use super::only_known_conditions;
    use crate::repository::File;

    #[test]
    fn other_features_and_platforms_are_caught() {
        let check = |path: &str, text: &str| only_known_conditions(&File::new(path, text)).len();
        assert_eq!(check("shared/mysql/src/lib.rs", "#[cfg(feature = \"fast\")] fn f() {}"), 1);
        assert_eq!(check("shared/mysql/src/lib.rs", "#[cfg(unix)] fn f() {}"), 1);
        assert_eq!(check("shared/mysql/src/lib.rs", "fn f() { if cfg!(debug_assertions) {} }"), 1);
        assert_eq!(check("shared/mysql/src/lib.rs", "#[cfg(feature = \"lambda\")] fn f() {}"), 1);
        assert_eq!(check("functions/precheck/src/lib.rs", "#[cfg(feature = \"lambda\")] fn f() {}"), 0);
        assert_eq!(check("shared/migration/src/lib.rs", "#[cfg(not(feature = \"mutations\"))] fn f() {}"), 0);
        assert_eq!(check("shared/mysql/src/lib.rs", "#[cfg(test)] mod tests {}"), 0);
    }
}
