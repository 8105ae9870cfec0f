//! Rule 4: no module is named for nothing.
//!
//! A bucket such as `utils` attracts what has no place, and then nobody finds it.

use crate::repository::File;
use crate::violation::Violation;

const BUCKETS: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "misc", "types", "manager", "managers"];

/// Files, folders and modules have names that say what they hold.
pub fn modules_are_named_for_what_they_hold(file: &File) -> Vec<Violation> {
    if !file.is_rust() {
        return Vec::new();
    }
    let in_path = file.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
    let by_path = in_path.filter(|part| BUCKETS.contains(part)).map(|part| (0, part.to_owned()));
    let modules = file.facts.iter().flat_map(|facts| &facts.modules);
    let by_name = modules.filter(|module| BUCKETS.contains(&module.text.as_str()));
    by_path
        .chain(by_name.map(|module| (module.line, module.text.clone())))
        .map(|(line, name)| file.violation(line, format!("a module named {name} says nothing")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::modules_are_named_for_what_they_hold;
    use crate::repository::File;

    #[test]
    fn buckets_are_caught_as_files_folders_and_modules() {
        let check =
            |path: &str, text: &str| modules_are_named_for_what_they_hold(&File::new(path, text)).len();
        assert_eq!(check("a/src/utils.rs", ""), 1);
        assert_eq!(check("a/src/common/row.rs", ""), 1);
        assert_eq!(check("a/src/lib.rs", "mod helpers { fn f() {} }"), 1);
        assert_eq!(check("a/src/lib.rs", "mod type_mapping;"), 0);
    }
}
