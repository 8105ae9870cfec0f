//! Each rule of the protocol left out: some seed, or a schedule of its own, ends wrong, and ends equal with the rule in.
//!
//! `RULES.md` lists every rule with what shows it; a test holds it against the code's list. Where one rule covers
//! another, both are left out: the run goes wrong without the two, and ends equal without either.

use std::collections::BTreeMap;

use migration::mutation::Rule;
use simulation::{Trial, Trouble, play};

/// A row of the table.
struct Shown {
    rules: Vec<String>,
    by: By,
}

/// What goes wrong without the rules.
enum By {
    /// Runs of an environment.
    Trial(String),
    /// A test of this module and name.
    Test(String, String),
}

fn table() -> Vec<Shown> {
    let text = include_str!("../RULES.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |"));
    rows.filter_map(|row| {
        let (rules, by) = row.split_once("` | `")?;
        let rules = rules.split("` and `").map(str::to_owned).collect();
        let by = match by.split_once("::") {
            Some((module, name)) => By::Test(module.to_owned(), name.to_owned()),
            None => By::Trial(by.to_owned()),
        };
        Some(Shown { rules, by })
    })
    .collect()
}

#[test]
fn every_rule_of_the_code_is_in_the_table() {
    let mut listed: BTreeMap<String, u32> = BTreeMap::new();
    for rule in table().into_iter().flat_map(|shown| shown.rules) {
        *listed.entry(rule).or_insert(0) += 1;
    }
    let known: BTreeMap<String, u32> = Rule::ALL.iter().map(|rule| (format!("{rule:?}"), 1)).collect();
    assert_eq!(listed, known);
}

#[test]
fn a_schedule_of_its_own_is_a_test_that_leaves_the_rule_out() {
    for Shown { rules, by } in table() {
        let By::Test(module, name) = by else { continue };
        let path = format!("{}/tests/{module}.rs", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{module}: {error}"));
        assert!(text.contains(&format!("#[test]\nfn {name}()")), "{module} has no test {name}");
        for rule in rules {
            assert!(text.contains(&format!("Rule::{rule}")), "{module} does not leave out {rule}");
        }
    }
}

/// Seeds looked at from the listed one on: a handler that makes one call more shifts every schedule.
const SEEDS: u64 = 120;

#[test]
fn a_run_without_a_rule_goes_wrong() {
    for Shown { rules, by } in table() {
        let By::Trial(trial) = by else { continue };
        let without: Vec<String> = rules.iter().map(|rule| format!("without {rule}")).collect();
        let read = Trial::parse(&format!("{trial} {}", without.join(" "))).expect("a line of RULES.md");
        let first = read.seeds.start;
        let shows = |seed: &u64| {
            let environment = read.environment(*seed).expect("an environment");
            let is_equal = |rules: &[Rule]| play(&environment, *seed, rules).is_ok();
            let covered = read.without.len() > 1;
            is_wrong(play(&environment, *seed, &read.without).as_ref().err())
                && (!covered || read.without.iter().all(|rule| is_equal(&[*rule])))
        };
        let found = (first..first + SEEDS).find(shows);
        let seed = found.unwrap_or_else(|| panic!("nothing goes wrong without {rules:?}: {trial}"));
        if seed != first {
            println!("{rules:?} is shown by seed {seed} of {trial} by now");
        }
        let environment = read.environment(seed).expect("an environment");
        assert_eq!(play(&environment, seed, &[]).err(), None, "{trial}, seed {seed}, with every rule");
    }
}

/// Rows or rejects that differ, a run that does not end or ends too early: not a run that was told to stop.
fn is_wrong(trouble: Option<&Trouble>) -> bool {
    match trouble {
        Some(Trouble::Failed(_) | Trouble::Left(_)) | None => false,
        Some(
            Trouble::Lost(_)
            | Trouble::Revived(_)
            | Trouble::Stale(_)
            | Trouble::Rejects(_)
            | Trouble::Stuck(_)
            | Trouble::Early(_),
        ) => true,
    }
}
