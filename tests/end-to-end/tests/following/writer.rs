//! A writer that keeps changing a database: every kind of statement that makes rows events, in transactions that commit,
//! roll back, or roll back to a savepoint; few keys, so that the same ones change again and again.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use servers::MysqlClient;

use crate::following::random::Random;

/// Keys of each table; few, so that changes meet.
const KEYS: u64 = 60;

/// The tables a writer changes.
pub(crate) const TABLES: &str = "
    CREATE TABLE accounts (id BIGINT PRIMARY KEY, owner VARCHAR(40), balance DECIMAL(14,4), note TEXT, at DATETIME(6),
      flags SET('a','b','c'), doc JSON, raw VARBINARY(30), day DATE, rate DOUBLE);
    CREATE TABLE words (code VARCHAR(30) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, n INT, v VARCHAR(20) CHARACTER SET latin1);
    CREATE TABLE pairs (a INT, b VARCHAR(10), v INT NULL, w DOUBLE NULL, PRIMARY KEY (a, b));
    CREATE TABLE bare (a INT, b INT, PRIMARY KEY (a, b));
    CREATE TABLE untouched (id INT PRIMARY KEY, v INT);
    INSERT INTO untouched VALUES (1, 1), (2, NULL);
";

/// A transaction, as SQL.
pub(crate) fn transaction(random: &mut Random) -> String {
    let mut sql = "START TRANSACTION;\n".to_owned();
    for _ in 0..=random.below(4) {
        statement(random, &mut sql);
    }
    match random.below(8) {
        0 => sql.push_str("ROLLBACK;\n"),
        1 => {
            sql.push_str("SAVEPOINT s;\n");
            statement(random, &mut sql);
            sql.push_str("ROLLBACK TO SAVEPOINT s;\n");
            statement(random, &mut sql);
            sql.push_str("COMMIT;\n");
        }
        _ => sql.push_str("COMMIT;\n"),
    }
    sql
}

fn statement(random: &mut Random, sql: &mut String) {
    let (id, other) = (random.below(KEYS), random.below(KEYS));
    let text = format!(
        "'{}'",
        ["", "it''s", "größe", "注文 🦀", "a\\\\b", "x"][usize::try_from(random.below(6)).unwrap_or(0)]
    );
    let made = match random.below(16) {
        0 | 1 => format!("INSERT IGNORE INTO accounts VALUES {};", account(random, id, &text)),
        2 => format!("REPLACE INTO accounts VALUES {};", account(random, id, &text)),
        3 => format!(
            "INSERT INTO accounts VALUES {} ON DUPLICATE KEY UPDATE balance = IFNULL(balance, 0) + 1, note = NULL;",
            account(random, id, &text)
        ),
        4 => format!(
            "UPDATE accounts SET owner = IF(owner IS NULL, {text}, NULL), rate = rate + 1 WHERE id = {id};"
        ),
        5 => format!("UPDATE accounts SET balance = NULL, doc = NULL WHERE id BETWEEN {id} AND {id} + 5;"),
        6 => format!("DELETE FROM accounts WHERE id BETWEEN {id} AND {id} + 2;"),
        7 => format!(
            "DELETE FROM accounts WHERE id = {id}; INSERT INTO accounts (id, owner) VALUES ({id}, {text});"
        ),
        8 => format!("UPDATE IGNORE accounts SET id = {other} WHERE id = {id};"),
        // Two keys change places.
        9 => format!(
            "UPDATE accounts SET id = -1 WHERE id = {id}; UPDATE IGNORE accounts SET id = {id} WHERE id = {other}; \
             UPDATE IGNORE accounts SET id = {other} WHERE id = -1; DELETE FROM accounts WHERE id = -1;"
        ),
        10 => format!("REPLACE INTO words VALUES (CONCAT('Word ', {id} % 20), {other}, 'größe');"),
        // The key changes its case only: another key for the target.
        11 => format!(
            "UPDATE words SET code = IF(BINARY code = UPPER(code), LOWER(code), UPPER(code)), n = NULL WHERE n = {other};"
        ),
        12 => format!("DELETE FROM words WHERE code = CONCAT('word ', {id} % 20);"),
        13 => {
            let mut rows = String::new();
            for at in 0..=random.below(20) {
                let comma = if at > 0 { ", " } else { "" };
                let _ = write!(rows, "{comma}({}, 'b{at}', IF({at} % 2, {id}, NULL), {other} / 3)", id % 5);
            }
            format!("INSERT INTO pairs VALUES {rows} AS new ON DUPLICATE KEY UPDATE v = NULL, w = new.w;")
        }
        14 => format!(
            "UPDATE IGNORE pairs SET a = a + 1 WHERE a = {} AND b > 'b1'; DELETE FROM pairs WHERE a > 5;",
            id % 6
        ),
        _ => format!(
            "INSERT IGNORE INTO bare VALUES ({id}, {other}); DELETE FROM bare WHERE a = {other}; \
             UPDATE IGNORE bare SET b = b + 1 WHERE a = {id};"
        ),
    };
    sql.push_str(&made);
    sql.push('\n');
}

/// A row of `accounts` with this key, about a third of it NULL.
fn account(random: &mut Random, id: u64, text: &str) -> String {
    let maybe = |random: &mut Random, value: &str| {
        if random.below(3) == 0 { "NULL".to_owned() } else { value.to_owned() }
    };
    let n = random.below(1_000_000);
    format!(
        "({id}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
        maybe(random, text),
        maybe(random, &format!("{n} / 7")),
        maybe(random, &format!("REPEAT('n', {} )", n % 300)),
        maybe(random, &format!("'2024-02-29 12:00:00' + INTERVAL {n} MICROSECOND")),
        maybe(random, "'a,c'"),
        maybe(random, &format!("JSON_OBJECT('k', {n}, 'l', JSON_ARRAY({n}, NULL, 'x'))")),
        maybe(random, &format!("UNHEX(LPAD(HEX({n}), 10, '0'))")),
        maybe(random, &format!("'2000-01-01' + INTERVAL {} DAY", n % 9_000)),
        maybe(random, &format!("{n} / 3")),
    )
}

/// A writer at work, until it is stopped or its server is gone for long.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    transactions: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Starts writing into the database; a server that is down is tried again.
    pub(crate) fn start(client: MysqlClient, database: &str, seed: u64, pause: Duration) -> Self {
        let (stop, transactions) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, counted, database) =
            (Arc::clone(&stop), Arc::clone(&transactions), database.to_owned());
        let thread = thread::spawn(move || {
            let mut random = Random::from(seed);
            while !stopped.load(Ordering::Relaxed) {
                let several: String = (0..10).map(|_| transaction(&mut random)).collect();
                if client.sql(&format!("USE {database}; SET time_zone = '+00:00';\n{several}")).is_ok() {
                    counted.fetch_add(10, Ordering::Relaxed);
                }
                thread::sleep(pause);
            }
        });
        Self { stop, transactions, thread }
    }

    /// Lets it end; the source is quiet afterwards.
    pub(crate) fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the writer does not panic");
        self.transactions.load(Ordering::Relaxed)
    }
}
