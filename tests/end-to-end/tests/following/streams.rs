//! Streams of changes on a real server, with writers at work during the copy and after it.

use std::fs;
use std::thread;
use std::time::Duration;

use servers::{LindormLocal, MysqlServer};

use crate::following::stand::{DATABASE, Stand};

fn target() -> LindormLocal {
    LindormLocal::start(Vec::<String>::new()).expect("the stand-in starts")
}

/// Every kind of statement, before, during and after the copy.
fn moves_under_load(source: MysqlServer, mode: &str, seed: u64) {
    let stand = Stand::new(source, target(), mode, 30_000);
    let writers = [stand.writer(seed), stand.writer(seed + 1)];
    let mut running = stand.start(&["--json"]);
    running.wait_until(|out| out.contains("\"running\""));
    thread::sleep(Duration::from_secs(3));
    let sent: u64 = writers.into_iter().map(crate::following::writer::Writer::stop).sum();
    assert!(sent > 100, "{sent} transactions");
    running.interrupt();
    running.wait().expect(0);
    stand.catches_up_equal();
    // The task goes on where it was left, and ends for good when it is asked to.
    stand.sql("UPDATE accounts SET note = 'last words'; DELETE FROM bulk WHERE id % 7 = 0");
    stand.task.operate("finish", &[]).expect(0);
    stand.task.ferry("run", &[]).expect(0);
    stand.task.ferry("verify", &[]).expect(0);
}

#[test]
fn a_source_with_gtids_is_moved_while_it_is_written_to() {
    moves_under_load(
        MysqlServer::builder().gtid(true).start().expect("MySQL starts"),
        "full_and_incremental",
        1,
    );
}

#[test]
fn a_source_without_gtids_is_moved_while_it_is_written_to() {
    moves_under_load(
        MysqlServer::builder().gtid(false).start().expect("MySQL starts"),
        "full_and_incremental",
        3,
    );
}

#[test]
fn compressed_transactions_without_checksums_are_followed() {
    let options = MysqlServer::builder()
        .gtid(true)
        .option("--binlog-transaction-compression=ON")
        .option("--binlog-checksum=NONE")
        .option("--max-binlog-size=65536");
    moves_under_load(options.start().expect("MySQL starts"), "full_and_incremental", 5);
}

/// Statements whose events are worth a look by themselves.
#[test]
fn statements_of_every_kind_arrive() {
    let source = MysqlServer::builder().gtid(true).start().expect("MySQL starts");
    let stand = Stand::new(source, target(), "full_and_incremental", 1_000);
    stand.catches_up_equal();
    let file = stand.task.path("load.tsv");
    let lines: String = (0..5_000).map(|n| format!("{}\tloaded {n}\t\\N\n", 2_000 + n)).collect();
    fs::write(&file, lines).expect("a file");
    stand.source.sql("SET GLOBAL local_infile = ON").expect("LOAD DATA LOCAL is allowed");
    stand.sql(&format!("LOAD DATA LOCAL INFILE '{}' INTO TABLE bulk (id, v, n)", file.display()));
    stand.sql(
        "CREATE TABLE staging (id INT PRIMARY KEY, v INT) SELECT 1 AS id, 2 AS v; DROP TABLE staging;
         START TRANSACTION; DELETE FROM bulk; ROLLBACK;
         START TRANSACTION; INSERT INTO bulk VALUES (-1000000, 'a', 1); SAVEPOINT s; DELETE FROM bulk WHERE id < 100;
           UPDATE bulk SET n = NULL; ROLLBACK TO s; UPDATE bulk SET v = NULL WHERE id = -1000000; COMMIT;
         UPDATE bulk SET n = IF(n IS NULL, id, NULL); UPDATE bulk SET n = IF(n IS NULL, id, NULL);
         UPDATE bulk SET id = -id WHERE id % 2 = 1 ORDER BY id DESC; DELETE FROM bulk WHERE id % 5 = 0;
         INSERT INTO bulk SELECT id * 5, v, n FROM (SELECT * FROM bulk WHERE id BETWEEN 1 AND 100) AS some
           ON DUPLICATE KEY UPDATE v = 'again';
         CREATE TEMPORARY TABLE temporary_one AS SELECT * FROM bulk LIMIT 10; INSERT INTO bare SELECT id, 1 FROM temporary_one;
         DROP TEMPORARY TABLE temporary_one;
         UPDATE bulk SET v = 'one key' WHERE id = 2; UPDATE bulk SET v = 'again' WHERE id = 2;",
    );
    stand.catches_up_equal();
    let many: String = (0..3_000).map(|n| format!("UPDATE bulk SET n = {n} WHERE id = 2;\n")).collect();
    stand.sql(&many);
    stand.catches_up_equal();
}

/// `incremental` alone: the rows that are there are somebody else's matter.
#[test]
fn an_incremental_task_follows_from_its_start_on() {
    let source = MysqlServer::builder().gtid(true).start().expect("MySQL starts");
    let stand = Stand::new(source, target(), "incremental", 10);
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    stand.sql(
        "DELETE FROM bulk; DELETE FROM untouched; INSERT INTO bulk VALUES (5, 'five', NULL), (6, NULL, 6)",
    );
    stand.catches_up_equal();
    assert_eq!(stand.sql(&format!("SELECT COUNT(*) FROM {DATABASE}.bulk")).trim(), "2");
}

/// Where nothing can be stamped the log is read after the copy.
#[test]
fn a_target_without_stamps_is_followed_after_the_copy() {
    let source = MysqlServer::builder().gtid(true).start().expect("MySQL starts");
    let target = LindormLocal::start(["--assume", "stamp_hint=refused", "--assume", "stamp_column=refused"]);
    let stand = Stand::new(source, target.expect("the stand-in starts"), "full_and_incremental", 20_000);
    let writer = stand.writer(9);
    let mut running = stand.start(&["--json"]);
    running.wait_until(|out| out.contains("\"running\""));
    writer.stop();
    running.interrupt();
    running.wait().expect(0);
    stand.catches_up_equal();
}
