//! A seeded share of the semantics suite; `make soak` tries everything.

/// Another share is tried with `FERRY_SEED`.
const SEED: u64 = 1;
const SINGLES: usize = 10;
const MIXTURES: usize = 6;

#[test]
fn a_migration_ends_equal_or_refused_whatever_the_target_answers() {
    let given = std::env::var("FERRY_SEED").ok();
    let seed = given.map_or(SEED, |seed| seed.parse().expect("FERRY_SEED is a number"));
    let mut settings = semantics::share(semantics::singles(), seed, SINGLES);
    settings.extend(semantics::mixtures(seed, MIXTURES));
    let report = semantics::run(settings).expect("the servers start");
    println!("seed {seed}: {report}");
    assert!(report.failures().is_empty(), "seed {seed}:\n{}", report.failures().join("\n"));
}

#[test]
fn a_row_by_log_equals_the_same_row_by_copy() {
    let rows = semantics::same_rendering().expect("both halves are equal");
    assert!(rows > 5_000, "{rows} rows");
}
