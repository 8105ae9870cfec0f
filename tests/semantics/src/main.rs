//! `make soak`: the semantics suite over every single switch and over seeded mixtures; `semantics [MIXTURES [SEED]]`.

use anyhow::{Context, Result, ensure};

/// Mixtures unless the first argument says otherwise.
const MIXTURES: usize = 60;
/// The seed unless the second argument says otherwise.
const SEED: u64 = 1;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: u64| arguments.next().map_or(Ok(usual), |given| given.parse::<u64>());
    let mixtures = number(MIXTURES as u64).context("MIXTURES must be a number")?;
    let seed = number(SEED).context("SEED must be a number")?;
    let mut settings = semantics::singles();
    settings.extend(semantics::mixtures(seed, usize::try_from(mixtures)?));
    println!("{} settings, seed {seed}", settings.len());
    let report = semantics::run(settings)?;
    println!("{report}");
    ensure!(report.failures().is_empty(), "{} trials failed", report.failures().len());
    Ok(())
}
