//! One transaction of half a million rows: followed in parts, within a function's memory.

use servers::{LindormLocal, MysqlServer};

use crate::following::stand::Stand;

const ROWS: u64 = 500_000;
/// What a small function has.
const MEMORY_KIB: u64 = 128 << 10;

#[test]
fn a_transaction_of_half_a_million_rows_is_followed_within_128_mib() {
    let source = MysqlServer::builder().gtid(true).redo_log_mib(512).option("--max-binlog-cache-size=4G");
    let target = LindormLocal::start(Vec::<String>::new()).expect("the stand-in starts");
    let stand = Stand::new(source.start().expect("MySQL starts"), target, "full_and_incremental", 10);
    stand.catches_up_equal();
    stand.sql(&format!(
        "START TRANSACTION;
         INSERT INTO bulk WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} + 999)
           SELECT i, REPEAT(LEFT(SHA2(i, 256), 32), 2), IF(i % 3, i, NULL) FROM n;
         UPDATE bulk SET id = -id WHERE id % 50000 = 0;
         COMMIT"
    ));
    let ended = stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    println!("peak memory {} KiB", ended.peak_kib);
    stand.task.ferry("verify", &[]).expect(0);
    assert!(ended.peak_kib < MEMORY_KIB, "{} KiB", ended.peak_kib);
}
