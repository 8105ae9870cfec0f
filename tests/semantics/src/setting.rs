//! The switches of one trial.

use std::collections::BTreeMap;
use std::fmt;

use lindorm_local::engine::{Assumptions, TABLE};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::expectation;

/// Switches that differ from their defaults, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    pub(crate) switches: BTreeMap<&'static str, &'static str>,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.switches.is_empty() {
            return f.write_str("the defaults");
        }
        for (at, (name, value)) in self.switches.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{name}={value}")?;
        }
        Ok(())
    }
}

impl Setting {
    fn of(switches: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        Self { switches: switches.into_iter().collect() }
    }

    /// Whether the switch has this value, which is not its default.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.switches.get(name) == Some(&value)
    }

    /// The stand-in's arguments.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let switches = self.switches.iter();
        switches.flat_map(|(name, value)| ["--assume".to_owned(), format!("{name}={value}")]).collect()
    }
}

/// Each switch with the values that are not its default.
fn alternatives() -> Vec<(&'static str, Vec<&'static str>)> {
    let defaults: BTreeMap<&str, &str> = Assumptions::default().shown().into_iter().collect();
    let others = |name: &str, values: &'static [&'static str]| {
        let default = defaults.get(name).copied();
        values.iter().copied().filter(|value| Some(*value) != default).collect()
    };
    TABLE.iter().map(|switch| (switch.name, others(switch.name, switch.values))).collect()
}

/// The defaults, then every switch flipped alone to each of its other values.
#[must_use]
pub fn singles() -> Vec<Setting> {
    let flips = alternatives()
        .into_iter()
        .flat_map(|(name, values)| values.into_iter().map(move |value| Setting::of([(name, value)])));
    std::iter::once(Setting::default()).chain(flips).collect()
}

/// Seeded mixtures: about a third of all switches flipped, of those that leave a migration possible.
#[must_use]
pub fn mixtures(seed: u64, count: usize) -> Vec<Setting> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut pick =
        |of: usize| usize::try_from(random.next_u64() % (of as u64)).expect("invariant: below a usize");
    let choices: Vec<(&str, Vec<&str>)> = alternatives()
        .into_iter()
        .map(|(name, values)| {
            let possible = values.into_iter().filter(|value| expectation::is_possible(name, value));
            (name, possible.collect::<Vec<_>>())
        })
        .filter(|(_, values)| !values.is_empty())
        .collect();
    let mut mixture = || {
        let flipped = choices.iter().filter_map(|(name, values)| {
            (pick(3) == 0).then(|| values.get(pick(values.len())).map(|value| (*name, *value))).flatten()
        });
        Setting::of(flipped.collect::<Vec<_>>())
    };
    (0..count).map(|_| mixture()).collect()
}

/// A seeded share of these settings, in their order.
#[must_use]
pub fn share(settings: Vec<Setting>, seed: u64, count: usize) -> Vec<Setting> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn: Vec<(u64, usize)> = (0..settings.len()).map(|at| (random.next_u64(), at)).collect();
    drawn.sort_unstable();
    let mut kept: Vec<usize> = drawn.into_iter().take(count).map(|(_, at)| at).collect();
    kept.sort_unstable();
    settings
        .into_iter()
        .enumerate()
        .filter(|(at, _)| kept.binary_search(at).is_ok())
        .map(|(_, one)| one)
        .collect()
}

#[cfg(test)]
mod tests {
    use lindorm_local::engine::{Assumptions, TABLE};

    use super::{mixtures, share, singles};

    #[test]
    fn every_value_of_every_switch_is_tried_alone() {
        let values: usize = TABLE.iter().map(|switch| switch.values.len() - 1).sum();
        assert_eq!(singles().len(), values + 1);
    }

    #[test]
    fn every_setting_is_one_the_stand_in_takes() {
        for setting in singles().into_iter().chain(mixtures(7, 50)) {
            let mut assumptions = Assumptions::default();
            for (name, value) in &setting.switches {
                assumptions.assume(&format!("{name}={value}")).expect("a known switch and value");
            }
            assert_eq!(assumptions == Assumptions::default(), setting.switches.is_empty());
        }
    }

    #[test]
    fn a_seed_fixes_the_mixtures_and_the_share() {
        assert_eq!(mixtures(1, 20), mixtures(1, 20));
        assert_ne!(mixtures(1, 20), mixtures(2, 20));
        assert_eq!(share(singles(), 3, 5), share(singles(), 3, 5));
        assert_eq!(share(singles(), 3, 5).len(), 5);
    }
}
