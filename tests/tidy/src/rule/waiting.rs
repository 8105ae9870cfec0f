//! Rule 49: unit tests of the core, of the functions and of the simulation do not wait and do not read the wall clock.
//!
//! A test that sleeps is slow on good days and fails on bad ones; time is a port with a manual clock.
//! Tests with real servers live elsewhere and may wait.

use super::purity::holds;
use crate::repository::File;
use crate::violation::Violation;

const PLACES: [&str; 3] = ["shared/migration/", "functions/", "tests/simulation/"];
const WAITS: [&str; 6] = [
    "thread::sleep",
    "time::sleep",
    "time::sleep_until",
    "Instant::now",
    "SystemTime::now",
    "thread::park_timeout",
];

/// No sleeping and no wall clock in these tests.
pub fn unit_tests_do_not_wait(file: &File) -> Vec<Violation> {
    if !PLACES.iter().any(|place| file.path.starts_with(place)) {
        return Vec::new();
    }
    let all_is_test = file.path.starts_with("tests/");
    let paths = file.facts.iter().flat_map(|facts| &facts.paths);
    paths
        .filter(|path| path.in_test || all_is_test)
        .filter(|path| WAITS.iter().any(|wait| holds(&path.text, wait)))
        .map(|path| file.violation(path.line, format!("a unit test must not use {}", path.text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::unit_tests_do_not_wait;
    use crate::repository::File;

    #[test]
    fn sleeping_and_wall_clocks_are_caught_in_unit_tests_only() {
        let check = |path: &str, text: &str| unit_tests_do_not_wait(&File::new(path, text)).len();
        let sleep = "fn f() { std::thread::sleep(d); }";
        assert_eq!(check("functions/precheck/tests/main.rs", sleep), 1);
        assert_eq!(
            check("functions/precheck/src/lib.rs", &format!("#[cfg(test)] mod tests {{ {sleep} }}")),
            1
        );
        assert_eq!(check("functions/precheck/src/lib.rs", "#[test] fn f() { Instant::now(); }"), 1);
        assert_eq!(check("tests/simulation/src/world.rs", "use tokio::time::sleep;"), 1);
        assert_eq!(check("functions/precheck/src/lib.rs", sleep), 0);
        assert_eq!(check("tests/end-to-end/tests/main.rs", sleep), 0);
    }
}
