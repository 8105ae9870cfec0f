//! Each rule of the protocol left out by itself: some seed ends wrong, and ends equal with the rule in.
//!
//! `RULES.md` lists rule, environment and seed; a test holds it against the code's list.

use std::collections::BTreeMap;

use migration::mutation::Rule;
use simulation::{Trial, Trouble, play};

/// A row of the table.
struct Shown {
    rule: String,
    trial: String,
}

fn table() -> Vec<Shown> {
    let text = include_str!("../RULES.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |"));
    rows.filter_map(|row| {
        let (rule, trial) = row.split_once("` | `")?;
        Some(Shown { rule: rule.to_owned(), trial: trial.to_owned() })
    })
    .collect()
}

/// Rules the table says of why no run without them goes wrong.
fn argued() -> Vec<String> {
    let text = include_str!("../RULES.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("- `"));
    rows.filter_map(|row| Some(row.split_once('`')?.0.to_owned())).collect()
}

#[test]
fn every_rule_of_the_code_is_in_the_table() {
    let mut listed: BTreeMap<String, u32> = BTreeMap::new();
    for rule in table().into_iter().map(|shown| shown.rule).chain(argued()) {
        *listed.entry(rule).or_insert(0) += 1;
    }
    let known: BTreeMap<String, u32> = Rule::ALL.iter().map(|rule| (format!("{rule:?}"), 1)).collect();
    assert_eq!(listed, known);
    assert!(table().len() >= 25, "only {} rules are shown", table().len());
}

/// Seeds looked at from the listed one on: a handler that makes one call more shifts every schedule.
const SEEDS: u64 = 40;

#[test]
fn a_run_without_a_rule_goes_wrong() {
    for Shown { rule, trial } in table() {
        let read = Trial::parse(&format!("{trial} without {rule}")).expect("a line of RULES.md");
        let first = read.seeds.start;
        let goes_wrong = |seed: &u64| {
            let environment = read.environment(*seed).expect("an environment");
            is_wrong(play(&environment, *seed, read.without).as_ref().err())
        };
        let found = (first..first + SEEDS).find(goes_wrong);
        let seed = found.unwrap_or_else(|| panic!("nothing goes wrong without {rule}: {trial}"));
        if seed != first {
            println!("{rule} is shown by seed {seed} of {trial} by now");
        }
        let environment = read.environment(seed).expect("an environment");
        assert_eq!(play(&environment, seed, None).err(), None, "{trial}, seed {seed}, with every rule");
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
