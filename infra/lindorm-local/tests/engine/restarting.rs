//! A data folder keeps everything: rows with all that merging needs, definitions, and nothing that was removed.

use std::path::Path;
use std::sync::Barrier;
use std::thread;

use lindorm_local::engine::Engine;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::test_runner::Config;
use proptest::{collection, prop_assert_eq, proptest};

use super::shell::{START_MS, Shell};

const EVERYTHING: &str = "SELECT /*+ _l_versions_(3) */ id, a, a_l_ts, b, b_l_ts FROM t";

/// Ends the engine and opens the folder again.
fn reopened(shell: Shell, folder: &Path) -> Shell {
    drop(shell);
    Shell::kept(folder)
}

#[test]
fn a_restart_keeps_cells_with_their_stamps_and_versions() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id)) WITH (VERSIONS = '2')");
    for stamp in [1000, 3000, 2000] {
        shell.done(&format!("UPSERT /*+ _l_ts_({stamp}) */ INTO t (id, a) VALUES (1, {stamp})"));
    }
    shell.done("UPSERT INTO t (id, a, b) VALUES (2, 5, 'x'), (3, NULL, 'y')");
    shell.done("UPDATE t SET b = 'z' WHERE id = 2");
    let before = shell.rows(EVERYTHING);
    assert_eq!(
        before,
        [
            "1|3000|3000|NULL|NULL".to_owned(),
            "1|2000|2000|NULL|NULL".to_owned(),
            format!("2|5|{START_MS}|z|{START_MS}"),
            format!("3|NULL|NULL|y|{START_MS}"),
        ]
    );
    assert_eq!(reopened(shell, folder.path()).rows(EVERYTHING), before);
}

#[test]
fn a_restart_keeps_delete_markers_and_removed_cells() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))");
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a, b) VALUES (1, 1, 'x'), (2, 2, 'y')");
    shell.done("DELETE FROM t WHERE id = 1");
    shell.done("DELETE FROM t WHERE id = 9");
    shell.done("UPSERT /*+ _l_ts_(3000) */ INTO t (id, a) VALUES (2, NULL)");
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.rows("SELECT id, a, b FROM t"), ["2|NULL|y"]);
    // What is older than a marker or a removal stays hidden.
    let older = START_MS - 1;
    shell.done(&format!("UPSERT /*+ _l_ts_({older}) */ INTO t (id, a) VALUES (1, 7), (9, 9)"));
    shell.done("UPSERT /*+ _l_ts_(2000) */ INTO t (id, a) VALUES (2, 8)");
    assert_eq!(shell.rows("SELECT id, a, b FROM t"), ["2|NULL|y"]);
    // A compaction forgets them, for good.
    shell.engine.compact();
    let mut shell = reopened(shell, folder.path());
    shell.done("UPSERT /*+ _l_ts_(500) */ INTO t (id, a) VALUES (1, 7), (2, 8), (9, 9)");
    assert_eq!(shell.rows("SELECT id, a, b FROM t"), ["1|7|NULL", "2|8|y", "9|9|NULL"]);
}

#[test]
fn a_restart_keeps_definitions_of_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE DATABASE other");
    shell.done(
        "CREATE TABLE other.k (k1 VARCHAR(20), k2 BIGINT UNSIGNED, c1 BOOLEAN DEFAULT TRUE, c2 TINYINT DEFAULT -1, \
         c3 SMALLINT, c4 INTEGER NOT NULL, c5 BIGINT, c6 FLOAT, c7 DOUBLE DEFAULT 1.5e-3, \
         c8 DECIMAL(12,2) DEFAULT 10.25, c9 VARCHAR DEFAULT 'it''s', c10 CHAR(3), c11 BINARY(2) DEFAULT X'00ff', \
         c12 VARBINARY, c13 DATE DEFAULT '2024-02-29', c14 TIME, c15 TIMESTAMP DEFAULT NOW(), c16 JSON, \
         PRIMARY KEY (k1, k2 DESC)) WITH (TTL = '86400', CONSISTENCY = 'strong')",
    );
    shell.done("CREATE INDEX by_c5 ON other.k (c5) INCLUDE (c9)");
    shell.done("ALTER TABLE other.k DROP COLUMN c3");
    shell.done("ALTER TABLE other.k ADD COLUMN d INT");
    shell.done("UPSERT INTO other.k (k1, k2, c4, d) VALUES ('a', 1, 1, 5), ('a', 2, 2, 6)");
    let told = |shell: &mut Shell| {
        [
            "SHOW DATABASES",
            "DESCRIBE other.k",
            "SHOW CREATE TABLE other.k",
            "SHOW INDEX FROM other.k",
            "SHOW TABLE VARIABLES FROM other.k",
            "SELECT * FROM other.k",
        ]
        .map(|sql| shell.rows(sql))
    };
    let before = told(&mut shell);
    let mut shell = reopened(shell, folder.path());
    assert_eq!(told(&mut shell), before);
    assert_eq!(
        shell.rows("SELECT k2, c8, c13, d FROM other.k WHERE k1 = 'a'"),
        ["2|10.25|2024-02-29|6", "1|10.25|2024-02-29|5"]
    );
    // A dropped name stays taken, and a new column gets no old column's cells.
    assert_eq!(shell.error("ALTER TABLE other.k ADD COLUMN c3 SMALLINT"), 9001);
    shell.done("ALTER TABLE other.k ADD COLUMN e INT");
    assert_eq!(shell.rows("SELECT e FROM other.k WHERE k1 = 'a'"), ["NULL", "NULL"]);
    shell.done("UPSERT INTO other.k (k1, k2, c4) VALUES ('b', 1, 1)");
    assert_eq!(
        shell.rows("SELECT c1, c2, c7, c9, c11 FROM other.k WHERE k1 = 'b'"),
        ["true|-1|0.0015|it's|00ff"]
    );
}

#[test]
fn what_was_removed_does_not_come_back_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    let create = "CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))";
    let fill = "UPSERT INTO t (id, a) VALUES (1, 1), (2, 2)";
    for sql in [create, fill, "DROP TABLE t", create, "UPSERT INTO t (id, a) VALUES (3, 3)"] {
        shell.done(sql);
    }
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.rows("SELECT id FROM t"), ["3"]);
    for sql in [fill, "TRUNCATE TABLE t", "UPSERT INTO t (id, a) VALUES (4, 4)", "CREATE DATABASE shop"] {
        shell.done(sql);
    }
    shell.done("CREATE TABLE shop.t (id INT, a INT, PRIMARY KEY (id))");
    shell.done("UPSERT INTO shop.t (id, a) VALUES (5, 5)");
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.rows("SELECT id FROM t"), ["4"]);
    assert_eq!(shell.rows("SELECT id FROM shop.t"), ["5"]);
    shell.done("DROP DATABASE shop");
    shell.done("CREATE DATABASE shop");
    shell.done("CREATE TABLE shop.t (id INT, a INT, PRIMARY KEY (id))");
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.rows("SELECT id FROM shop.t"), Vec::<String>::new());
}

#[test]
fn a_restart_keeps_users_with_their_passwords_and_grants() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    for sql in [
        "CREATE TABLE t (id INT, a INT, PRIMARY KEY (id))",
        "CREATE USER clerk IDENTIFIED BY 'open sesame'",
        "CREATE USER guest IDENTIFIED BY 'hello'",
        "GRANT READ, WRITE ON TABLE t TO clerk",
        "GRANT READ ON DATABASE `default` TO guest",
        "REVOKE WRITE ON TABLE t FROM clerk",
    ] {
        shell.done(sql);
    }
    let before = shell.engine.accounts();
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.engine.accounts(), before);
    assert_eq!(shell.rows("SHOW USERS"), ["clerk", "guest"]);
    shell.done("DROP USER clerk");
    let mut shell = reopened(shell, folder.path());
    assert_eq!(shell.rows("SHOW USERS"), ["guest"]);
}

/// A statement on one of few keys, so that they meet.
fn statement() -> impl Strategy<Value = String> {
    let key = 0..6_u32;
    let value = prop_oneof![
        (0..9_i32).prop_map(|value| value.to_string()),
        proptest::strategy::Just("NULL".to_owned())
    ];
    prop_oneof![
        6 => (key.clone(), value, 1..9_i64).prop_map(|(id, a, stamp)| {
            format!("UPSERT /*+ _l_ts_({stamp}000) */ INTO t (id, a) VALUES ({id}, {a})")
        }),
        2 => key.clone().prop_map(|id| format!("UPSERT INTO t (id, b) VALUES ({id}, 'now')")),
        1 => key.clone().prop_map(|id| format!("UPDATE t SET a = 1 WHERE id = {id}")),
        2 => key.prop_map(|id| format!("DELETE FROM t WHERE id = {id}")),
        1 => proptest::strategy::Just("TRUNCATE TABLE t".to_owned()),
        1 => proptest::strategy::Just("ALTER TABLE t COMPACT".to_owned()),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]
    #[test]
    fn after_any_statements_a_restarted_engine_answers_as_the_one_before(
        statements in collection::vec(statement(), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Shell::kept(folder.path());
        shell.done("CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id)) WITH (VERSIONS = '2')");
        for sql in &statements {
            shell.done(sql);
            shell.tick(1);
        }
        let before = shell.rows(EVERYTHING);
        let mut shell = reopened(shell, folder.path());
        prop_assert_eq!(shell.rows(EVERYTHING), before);
        // What is hidden is kept as well: the same further write shows the same.
        let further = "UPSERT /*+ _l_ts_(4000) */ INTO t (id, a) VALUES (0, 4), (1, 4), (2, 4), (3, 4), (4, 4), (5, 4)";
        let mut memory = Shell::new();
        memory.done("CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id)) WITH (VERSIONS = '2')");
        for sql in &statements {
            memory.done(sql);
            memory.tick(1);
        }
        shell.done(further);
        memory.done(further);
        prop_assert_eq!(shell.rows(EVERYTHING), memory.rows(EVERYTHING));
    }
}

/// Runs statements on the same keys as other threads, the table coming and going; refusals are part of the game.
fn disturb(engine: &Engine, round: u64, thread: u64) {
    let mut session = engine.session(None).expect("the database default");
    let mut random = round * 4 + thread;
    for step in 0..8_u64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (id, what) = (random >> 33 & 7, random >> 40 & 63);
        let sql = match what {
            0..12 => "TRUNCATE TABLE t".to_owned(),
            12 => "DROP TABLE IF EXISTS t".to_owned(),
            13 => "ALTER TABLE t COMPACT".to_owned(),
            14 => format!("ALTER TABLE t ADD COLUMN c{round}_{thread}_{step} INT"),
            15..18 => {
                "CREATE TABLE IF NOT EXISTS t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))".to_owned()
            }
            18..24 => format!("DELETE FROM t WHERE id = {id}"),
            // Many rows of one statement are written while others write the same.
            _ => {
                let rows: Vec<String> = (0..400).map(|id| format!("({}, {step})", id * 7)).collect();
                format!("UPSERT INTO t (id, a) VALUES {}", rows.join(", "))
            }
        };
        // The table may be gone at this moment.
        if let Err(refused) = engine.query(&mut session, &sql) {
            assert_eq!(refused.code, 1146, "{refused}");
        }
    }
}

#[test]
fn threads_that_meet_on_rows_and_tables_leave_in_the_folder_what_they_leave_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    for round in 0..30 {
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (engine, barrier) = (&shell.engine, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    disturb(engine, round, thread);
                });
            }
        });
        shell.done("CREATE TABLE IF NOT EXISTS t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))");
        let before = [shell.rows(EVERYTHING), shell.rows("DESCRIBE t")];
        shell = reopened(shell, folder.path());
        assert_eq!([shell.rows(EVERYTHING), shell.rows("DESCRIBE t")], before);
    }
}
