//! CONFORMANCE.md says of every rule how it is known and which tests show it. What it says must be so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lindorm_local::engine::{Assumptions, TABLE};

/// How many rules there are.
const RULES: usize = 54;

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(crate_folder().join("CONFORMANCE.md")).expect("the page")
}

/// The rows of the table under a heading, cell by cell.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The names of all test functions in the files of a folder.
fn tests_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the crate") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
                let name = line.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
                if let (true, Some(name)) = (is_test, name) {
                    found.insert(name.to_owned());
                    is_test = false;
                }
            }
        }
    }
}

#[test]
fn every_rule_has_its_row_in_order() {
    let page = page();
    let numbers: Vec<String> = rows(&page, "Rules").into_iter().map(|row| row[0].clone()).collect();
    let expected: Vec<String> = (1..=RULES).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn every_test_that_is_named_exists_and_every_rule_names_one() {
    let mut there = BTreeSet::new();
    for folder in ["src", "tests"] {
        tests_in(&crate_folder().join(folder), &mut there);
    }
    let page = page();
    for (heading, column) in [("Rules", 4), ("Beyond the rules", 2)] {
        for row in rows(&page, heading) {
            let named = quoted(&row[column]);
            assert!(!named.is_empty(), "{row:?} names no test");
            for name in named {
                assert!(there.contains(name), "{}: there is no test {name}", row[0]);
            }
        }
    }
}

#[test]
fn every_switch_is_listed_with_its_values_and_default() {
    let page = page();
    let listed = rows(&page, "Switches");
    let defaults = Assumptions::default().shown();
    let expected: Vec<Vec<String>> = TABLE
        .iter()
        .zip(defaults)
        .map(|(info, (_, default))| {
            let values: Vec<String> = info.values.iter().map(|value| format!("`{value}`")).collect();
            let (name, default) = (format!("`{}`", info.name), format!("`{default}`"));
            [name, values.join(", "), default, info.meaning.to_owned(), info.rule.to_owned()].to_vec()
        })
        .collect();
    for (expected, listed) in expected.iter().zip(&listed) {
        assert_eq!(listed, expected);
    }
    assert_eq!(listed.len(), expected.len());
}

#[test]
fn a_switch_of_a_rule_stands_beside_that_rule() {
    let page = page();
    for row in rows(&page, "Rules") {
        let expected: BTreeSet<&str> = TABLE
            .iter()
            .filter(|info| info.rule.split(", ").any(|rule| rule == row[0]))
            .map(|info| info.name)
            .collect();
        let beside: BTreeSet<&str> = quoted(&row[3]).into_iter().collect();
        assert!(expected.is_subset(&beside), "rule {}: {expected:?} beside {beside:?}", row[0]);
        let known: BTreeSet<&str> = TABLE.iter().map(|info| info.name).collect();
        assert!(beside.is_subset(&known), "rule {}: a switch that is none", row[0]);
    }
}

#[test]
fn every_setting_of_every_switch_can_be_assumed() {
    for info in TABLE {
        for value in info.values {
            let mut assumptions = Assumptions::default();
            assumptions.assume(&format!("{}={value}", info.name)).expect("a known setting");
            assert!(assumptions.shown().contains(&(info.name, value)), "{}={value}", info.name);
        }
    }
}
