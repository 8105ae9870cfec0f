//! The repository keeps its rules.
//!
//! Each test names a rule; its failure lists every place that breaks it.

use tidy::{File, Package, Repository, Violation, rule};

fn assert_kept(check: impl Fn(&File) -> Vec<Violation>) {
    let repository = Repository::ours().expect("the repository can be read");
    assert!(repository.files.len() > 20, "the walk found almost nothing");
    report(&repository.violations(check));
}

fn report(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "broken in {} places:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn files_are_short() {
    assert_kept(rule::files_are_short);
}

#[test]
fn functions_fit_a_screen() {
    assert_kept(rule::functions_fit_a_screen);
}

#[test]
fn mains_only_wire() {
    assert_kept(rule::mains_only_wire);
}

#[test]
fn rust_parses() {
    assert_kept(rule::rust_parses);
}

#[test]
fn modules_are_named_for_what_they_hold() {
    assert_kept(rule::modules_are_named_for_what_they_hold);
}

#[test]
fn the_core_is_pure() {
    assert_kept(rule::the_core_is_pure);
}

#[test]
fn no_wildcards() {
    assert_kept(rule::no_wildcards);
}

#[test]
fn files_open_with_their_purpose() {
    assert_kept(rule::files_open_with_their_purpose);
}

#[test]
fn unit_tests_do_not_wait() {
    assert_kept(rule::unit_tests_do_not_wait);
}

#[test]
fn no_ignored_tests() {
    assert_kept(rule::no_ignored_tests);
}

#[test]
fn only_known_conditions() {
    assert_kept(rule::only_known_conditions);
}

#[test]
fn no_machine_places() {
    assert_kept(rule::no_machine_places);
}

#[test]
fn dependencies_point_inwards() {
    let packages = Package::ours().expect("cargo can read the workspace");
    assert!(packages.len() > 10, "cargo found almost no packages");
    report(&rule::dependencies_point_inwards(&packages));
}
