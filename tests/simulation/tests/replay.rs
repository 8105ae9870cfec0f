//! Plays what the variable `SIMULATION` asks for: seeds that failed, or others to try; several lines apart by `;`.

use std::collections::BTreeMap;

use simulation::{Trial, play};

#[test]
fn replay() {
    let Ok(lines) = std::env::var("SIMULATION") else { return };
    let mut wrong = 0;
    for line in lines.split(';') {
        wrong += one(line);
    }
    assert_eq!(wrong, 0, "runs did not end equal");
}

fn one(line: &str) -> u64 {
    let trial = Trial::parse(line).expect("a line as `mixed 17`, or `calm 0..100 without Spacing skew=200`");
    let mut found: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let tells = trial.seeds.end - trial.seeds.start < 12;
    let mut steps = 0;
    for seed in trial.seeds.clone() {
        let environment = trial.environment(seed).expect("the line was read");
        let end = match play(&environment, seed, &trial.without) {
            Ok(figures) => {
                steps += figures.steps;
                "equal".to_owned()
            }
            Err(trouble) => {
                let text = format!("{trouble:?}");
                if tells {
                    println!("seed {seed}: {text}");
                }
                text.split('(').next().unwrap_or_default().to_owned()
            }
        };
        found.entry(end).or_insert((0, seed)).0 += 1;
    }
    let told: Vec<String> =
        found.iter().map(|(end, (count, first))| format!("{end} {count} (first seed {first})")).collect();
    println!("{line}: {}; {steps} steps", told.join(", "));
    found.iter().filter(|(end, _)| *end != "equal").map(|(_, (count, _))| count).sum()
}
