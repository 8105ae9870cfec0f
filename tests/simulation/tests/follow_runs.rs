//! Whole migrations that follow the log, in every environment. `SIMULATION_SEEDS=FROM..TO` plays other seeds.

use simulation::{Figures, NAMES, REFUSING, Trouble, named, play};

/// Plays seeds and tells of the first that goes wrong.
fn all_equal(name: &str, seeds: std::ops::Range<u64>) -> Figures {
    let mut all = Figures::default();
    for seed in seeds {
        let environment = named(name, seed).expect("an environment's name");
        match play(&environment, seed, &[]) {
            Ok(figures) => {
                all.steps += figures.steps;
                all.mishaps += figures.mishaps;
            }
            Err(trouble) => panic!(
                "{trouble:?}\nagain by: SIMULATION=\"{name} {seed}\" cargo test -p simulation replay -- --nocapture"
            ),
        }
    }
    all
}

/// The seeds asked for, or those of a test.
fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("SIMULATION_SEEDS").ok();
    let asked = asked.as_deref().and_then(|asked| asked.split_once(".."));
    let asked = asked.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    asked.unwrap_or(usual)
}

/// Environments by their place in the list, so that the machine's cores share them.
fn every(nth: usize) {
    for name in NAMES.into_iter().skip(nth).step_by(2) {
        let figures = all_equal(name, seeds(0..45));
        println!("{name}: {figures:?}");
    }
}

#[test]
fn environments_end_equal() {
    every(0);
}

#[test]
fn other_environments_end_equal() {
    every(1);
}

#[test]
fn everything_at_once_ends_equal() {
    let figures = all_equal("mixed", seeds(0..750));
    assert!(figures.mishaps > 100, "{figures:?}");
}

#[test]
fn everything_at_once_ends_equal_again() {
    let beside = |seeds: std::ops::Range<u64>| seeds.start + (1 << 32)..seeds.end + (1 << 32);
    all_equal("mixed", beside(seeds(0..750)));
}

/// Transactions that were shipped may be on the target: a server without them has another history (H15).
#[test]
fn a_server_that_lacks_what_was_shipped_is_refused_and_any_other_taken() {
    let (mut refused, mut taken) = (0, 0);
    for seed in seeds(0..60) {
        let environment = named(REFUSING, seed).expect("an environment's name");
        match play(&environment, seed, &[]) {
            Ok(_) => taken += 1,
            Err(Trouble::Failed(told)) => {
                assert!(
                    told.contains("it lacks transactions that may be on the target")
                        || told.contains("it lacks transactions that copied rows may show"),
                    "seed {seed}: {told}"
                );
                assert!(
                    told.contains("start the task under a new name to copy again"),
                    "seed {seed}: {told}"
                );
                refused += 1;
            }
            Err(trouble) => panic!("{trouble:?}, seed {seed} of {REFUSING}"),
        }
    }
    println!("{REFUSING}: {refused} refused, {taken} taken");
    assert!(refused > 0 && taken > 0, "{refused} refused, {taken} taken");
}

#[test]
fn a_seed_determines_its_run() {
    let environment = named("mixed", 3).expect("an environment's name");
    assert_eq!(play(&environment, 3, &[]), play(&environment, 3, &[]));
}
