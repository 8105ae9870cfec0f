//! Random kills of all three sides while the source is written to; both sides must end equal after each round.
//!
//! A few rounds in the ordinary tests, `FERRY_CHAOS_ROUNDS` of them in the long ones.

use std::thread;

use servers::{LindormLocal, MysqlServer, Scratch};

use crate::following::random::Random;
use crate::following::stand::{DATABASE, Stand};

const ROUNDS: u64 = 3;
/// Faults of the stand-in, as its control port takes them; each lasts for some seconds.
const FAULTS: [&str; 5] = [
    "cut percent=20 for=2s",
    "cut percent=20 applied=later:1s for=2s",
    "stall delay=200ms..900ms percent=30 for=2s",
    "limit percent=50 for=2s",
    "timeout percent=10 applied=later:2s for=2s",
];

fn rounds() -> u64 {
    std::env::var("FERRY_CHAOS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

#[test]
fn kills_of_every_side_lose_nothing() {
    let mut random = Random::seeded();
    let data = Scratch::new().expect("a folder");
    let folder = data.path().join("lindorm");
    let arguments = [std::ffi::OsStr::new("--data-dir"), folder.as_os_str()];
    let target = LindormLocal::start_controlled(arguments).expect("the stand-in starts");
    let source =
        MysqlServer::builder().gtid(random.below(2) == 0).redo_log_mib(512).start().expect("MySQL starts");
    let mut stand = Stand::new(source, target, "full_and_incremental", 60_000);
    for round in 0..rounds() {
        let writers = [stand.writer(random.below(1 << 40)), stand.writer(random.below(1 << 40))];
        let kills = 2 + random.below(4);
        let mut running = stand.start(&[]);
        for _ in 0..kills {
            thread::sleep(random.milliseconds(200..4_000));
            match random.below(6) {
                0..=2 => {
                    running.kill();
                    running = stand.start(&[]);
                }
                3 => {
                    stand.source.kill();
                    thread::sleep(random.milliseconds(0..500));
                    stand.source.restart().expect("MySQL starts again");
                }
                4 => {
                    stand.target.kill();
                    thread::sleep(random.milliseconds(0..500));
                    stand.target.restart().expect("the stand-in starts again");
                }
                _ => {
                    let fault = FAULTS[usize::try_from(random.below(5)).expect("a small number")];
                    let seed = random.below(1_000);
                    stand.target.command(&format!("set {fault} seed={seed}")).expect("the fault is set");
                }
            }
        }
        let sent: u64 = writers.into_iter().map(crate::following::writer::Writer::stop).sum();
        stand.target.command("clear all").expect("no fault is left");
        running.interrupt();
        // None: it had only just been started, and was not listening yet.
        let ended = running.wait();
        assert!(matches!(ended.code, None | Some(0 | 5)), "{}\n{}", ended.out, ended.err);
        stand.catches_up_equal();
        println!("round {round}: {kills} disturbances, {sent} transactions of {DATABASE}");
    }
}
