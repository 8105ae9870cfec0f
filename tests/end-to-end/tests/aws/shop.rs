//! The database that is moved, and those who write into it. Every text in it has the same mark, to be looked for in logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use servers::{MysqlClient, MysqlServer};

use crate::following::random::Random;

/// Stands in every text cell, and in keys.
pub(crate) const MARK: &str = "CELLVALUE";
/// The tables that are moved.
pub(crate) const TABLES: [&str; 3] = ["orders", "items", "words"];
/// Their columns.
pub(crate) const COLUMNS: [&str; 3] = ["id, customer, amount, note", "order_id, line, sku, raw", "code, n"];

/// Makes the database with so many orders.
pub(crate) fn make(source: &MysqlServer, database: &str, orders: u64) {
    let made = source.sql(&format!(
        "CREATE DATABASE {database}; USE {database}; SET cte_max_recursion_depth = 1000000;
         CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(80), amount DECIMAL(12,2), note TEXT);
         CREATE TABLE items (order_id BIGINT, line INT, sku VARCHAR(40), raw VARBINARY(30), PRIMARY KEY (order_id, line));
         CREATE TABLE words (code VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY, n INT);
         INSERT INTO orders WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {orders})
           SELECT i, CONCAT('{MARK}-', LEFT(SHA2(i, 256), 40)), i / 7, IF(i % 3, NULL, REPEAT('{MARK} ', i % 9)) FROM n;
         INSERT INTO items SELECT id, id % 4, CONCAT('{MARK}', id), UNHEX(LEFT(SHA2(id, 256), 40)) FROM orders WHERE id % 3 = 0;
         INSERT INTO words SELECT CONCAT('{MARK}', id), id FROM orders WHERE id % 5 = 0;
         ANALYZE TABLE orders, items, words"
    ));
    made.expect("the source is made");
}

/// Inserts, updates, deletes and changes of keys, ended by COMMIT, now and then by ROLLBACK.
fn transaction(random: &mut Random, has_extra: bool) -> String {
    let mut sql = "START TRANSACTION;".to_owned();
    for _ in 0..=random.below(5) {
        let (id, n) = (random.below(300), random.below(1_000_000));
        let statement = match random.below(7) {
            0 => {
                format!("REPLACE INTO orders (id, customer, amount) VALUES ({id}, '{MARK}-{n}', {n} / 100);")
            }
            1 => format!(
                "UPDATE orders SET note = IF(note IS NULL, '{MARK} {n}', NULL) WHERE id BETWEEN {id} AND {id} + 3;"
            ),
            2 => format!("DELETE FROM orders WHERE id = {id}; DELETE FROM items WHERE order_id = {id};"),
            3 => format!(
                "INSERT IGNORE INTO items VALUES ({id}, {n} % 5, '{MARK}{n}', UNHEX(LEFT(SHA2({n}, 256), 40)));"
            ),
            4 => format!("UPDATE IGNORE items SET line = line + 1, raw = NULL WHERE order_id = {id};"),
            5 => format!("REPLACE INTO words VALUES ('{MARK}{id}', {n}); DELETE FROM words WHERE n = {id};"),
            _ if has_extra => {
                format!("UPDATE orders SET extra = '{MARK} extra {n}' WHERE id % 100 = {id} % 100;")
            }
            _ => format!("UPDATE IGNORE orders SET id = id + 100000 WHERE id = {id};"),
        };
        sql.push_str(&statement);
    }
    sql.push_str(if random.below(8) == 0 { "ROLLBACK;\n" } else { "COMMIT;\n" });
    sql
}

/// Somebody who keeps writing, until it is stopped.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    has_extra: Arc<AtomicBool>,
    transactions: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub(crate) fn start(client: MysqlClient, database: &str, seed: u64) -> Self {
        let (stop, has_extra, transactions): (Arc<AtomicBool>, Arc<AtomicBool>, Arc<AtomicU64>) =
            Default::default();
        let (stopped, extra, counted) =
            (Arc::clone(&stop), Arc::clone(&has_extra), Arc::clone(&transactions));
        let database = database.to_owned();
        let thread = thread::spawn(move || {
            let mut random = Random::from(seed);
            while !stopped.load(Ordering::Relaxed) {
                let has_extra = extra.load(Ordering::Relaxed);
                let several: String = (0..10).map(|_| transaction(&mut random, has_extra)).collect();
                client.sql(&format!("USE {database};\n{several}")).expect("the transactions run");
                counted.fetch_add(10, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(100));
            }
        });
        Self { stop, has_extra, transactions, thread }
    }

    /// The column `orders.extra` is there from now on.
    pub(crate) fn use_extra(&self) {
        self.has_extra.store(true, Ordering::Relaxed);
    }

    /// Lets it end; how many transactions it has sent.
    pub(crate) fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the writer does not panic");
        self.transactions.load(Ordering::Relaxed)
    }
}
