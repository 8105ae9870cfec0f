//! A source that fails while rows are copied, with a successor that lacks what copied rows show (H15, H22).

use migration::mutation::Rule;
use simulation::{Trial, Trouble, play};

/// Slow copiers beside many writes, so that pages show what nobody has shipped.
const TRIAL: &str = "lossy-switch 0 switch_after=3 margin=10000 lost=40 keys=100 writing=5 copier_hangs=50 \
                     pause_between=250 faults=0 losses=0";
const SEEDS: std::ops::Range<u64> = 0..40;

/// How many runs were refused, and how many ended with wrong rows.
fn ended(without: &[Rule]) -> (u32, u32) {
    let read = Trial::parse(TRIAL).expect("a line of words");
    let (mut refused, mut wrong) = (0, 0);
    for seed in SEEDS {
        let environment = read.environment(seed).expect("an environment");
        match play(&environment, seed, without) {
            Ok(_) => {}
            Err(Trouble::Failed(told)) => {
                assert!(told.contains("it lacks transactions that"), "seed {seed}: {told}");
                refused += 1;
            }
            Err(_) => wrong += 1,
        }
    }
    (refused, wrong)
}

#[test]
fn without_storing_what_pages_show_rows_of_a_lost_history_stay() {
    let (_, wrong) = ended(&[Rule::ShownFirst]);
    assert!(wrong > 0);
}

#[test]
fn what_pages_show_is_stored_before_they_are_written() {
    let (refused, wrong) = ended(&[]);
    assert!(refused > 0 && wrong == 0, "{refused} refused, {wrong} wrong");
}
