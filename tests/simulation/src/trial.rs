//! Trials told by a line of text, so that any run of a test can be played again, and others tried.
//!
//! A line is `ENVIRONMENT FROM[..TO] [without RULE ...] [FIGURE=VALUE ...]`, for example `mixed 17`, or
//! `calm 0..100 without Spacing skew=200`.

use migration::mutation::Rule;

use crate::environment::Environment;
use crate::named::named;

/// What a line asks for.
#[derive(Debug, Clone)]
pub struct Trial {
    name: String,
    /// The seeds.
    pub seeds: std::ops::Range<u64>,
    /// The rules that are left out.
    pub without: Vec<Rule>,
    figures: Vec<(String, u64)>,
}

impl Trial {
    /// Reads a line; none where it is not one.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        let seeds = words.next()?;
        let seeds = match seeds.split_once("..") {
            Some((from, to)) => from.parse().ok()?..to.parse().ok()?,
            None => seeds.parse().ok()?..seeds.parse::<u64>().ok()? + 1,
        };
        let mut trial = Self { name, seeds, without: Vec::new(), figures: Vec::new() };
        while let Some(word) = words.next() {
            if word == "without" {
                let rule = words.next()?;
                trial.without.push(Rule::ALL.into_iter().find(|known| format!("{known:?}") == rule)?);
                continue;
            }
            let (figure, value) = word.split_once('=')?;
            trial.figures.push((figure.to_owned(), value.parse().ok()?));
        }
        trial.environment(0)?;
        Some(trial)
    }

    /// The environment for a seed.
    #[must_use]
    pub fn environment(&self, seed: u64) -> Option<Environment> {
        let begun = named(&self.name, seed)?;
        self.figures.iter().try_fold(begun, |environment, (figure, value)| environment.with(figure, *value))
    }
}
