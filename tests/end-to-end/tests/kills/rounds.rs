//! SIGKILL at random moments, twenty times and more; the seed is printed and can be given again.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use migration::port::Version;

use crate::kills::records::records;
use crate::stage::{LindormClient, Task, objects, run_sql};

const DATABASE: &str = "kill_rounds";
const KILLS: usize = 20;
const ROWS: u64 = 100_000;
const SMALL_ROWS: u64 = 20_000;
const TO_THE_END: Duration = Duration::from_secs(300);
const MORE: &str = "tuning: { chunk_bytes: 512 KiB, copiers: 3 }\n";

/// Numbers that look random and come back with their seed (xorshift).
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let seed = std::env::var("FERRY_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock =
            || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").subsec_nanos();
        let seed = seed.unwrap_or_else(|| u64::from(clock()));
        println!("FERRY_TEST_SEED={seed}");
        Self(seed | 1)
    }

    fn milliseconds(&mut self, range: std::ops::Range<u64>) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(range.start + self.0 % (range.end - range.start))
    }
}

fn make_source() {
    run_sql(&format!(
        "CREATE DATABASE {DATABASE}; USE {DATABASE}; SET cte_max_recursion_depth = {ROWS};
         CREATE TABLE big (id BIGINT PRIMARY KEY, a INT NOT NULL, b VARCHAR(60), c DATETIME(3), d DECIMAL(12,2));
         INSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
           SELECT i * 7, i % 1000, IF(i % 11 = 0, NULL, CONCAT('row ', LEFT(SHA2(i, 256), 32))),
             TIMESTAMPADD(SECOND, i, '2020-01-01'), i / 7 FROM n;
         CREATE TABLE by_text (id VARCHAR(40) PRIMARY KEY, v INT);
         INSERT INTO by_text WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SMALL_ROWS})
           SELECT LEFT(SHA2(i, 256), 32), i FROM n;
         ANALYZE TABLE big, by_text"
    ));
}

/// What was finished before a kill is as it was, record by record, after the next.
fn assert_untouched(before: &BTreeMap<String, Version>, after: &BTreeMap<String, Version>) {
    for (chunk, version) in before {
        assert_eq!(after.get(chunk), Some(version), "{chunk} was finished and is written again");
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_equal_and_repeats_no_finished_chunk() {
    let mut random = Random::seeded();
    make_source();
    let mut task = Task::new("kill-0", &objects(DATABASE, DATABASE), MORE);
    let (mut kills, mut generation, mut finished_before_kills) = (0, 0, 0);
    let mut done = BTreeMap::new();
    loop {
        let mut running = task.start("run", &[]);
        // The first run waits for a possible unknown owner of its tables; nothing can be copied before.
        let patience = if generation == 0 && kills == 2 {
            running.wait_until(|out| out.contains(" rows, ") && !out.ends_with(": 0 of"));
            random.milliseconds(0..400)
        } else if kills < KILLS {
            random.milliseconds(50..2_500)
        } else {
            TO_THE_END
        };
        if let Some(status) = running.wait_for(patience) {
            assert!(status.success(), "{}", running.wait().out);
            let records = records(&task.path("data"), &task.name).expect("a completed task");
            assert_untouched(&done, &records.done);
            assert_eq!(records.rows, ROWS + SMALL_ROWS);
            assert_eq!(records.moves, 5, "created, prechecking, planning, copying, finishing, completed");
            task.ferry("verify", &[]).expect(0);
            if kills >= KILLS {
                break;
            }
            generation += 1;
            done = BTreeMap::new();
            let mut client = LindormClient::shared(DATABASE);
            client.run("TRUNCATE TABLE big");
            client.run("TRUNCATE TABLE by_text");
            task.rename(&format!("kill-{generation}"), &objects(DATABASE, DATABASE), MORE);
            continue;
        }
        running.kill();
        kills += 1;
        if let Some(records) = records(&task.path("data"), &task.name) {
            assert_untouched(&done, &records.done);
            finished_before_kills += records.done.len();
            done = records.done;
        }
    }
    println!(
        "{kills} kills in {} copies; chunks seen finished at a kill: {finished_before_kills}",
        generation + 1
    );
    assert!(finished_before_kills > 0, "no kill met a copy with finished chunks");
}

#[test]
fn a_run_that_is_killed_in_precheck_goes_on_at_once() {
    run_sql("CREATE DATABASE kill_precheck; CREATE TABLE kill_precheck.t (id INT PRIMARY KEY, v INT)");
    let task = Task::new("kill-precheck", &objects("kill_precheck", "kill_precheck"), "");
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> prechecking"));
    running.kill();
    // The killed process had received its message, which comes back after more than five minutes.
    let mut again = task.start("run", &[]);
    assert!(again.wait_for(Duration::from_secs(120)).is_some_and(|status| status.success()));
}
