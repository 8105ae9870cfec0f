//! A task that follows the log, and a writer beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, spawn};

use crate::stage::{Task, objects, run_sql};

/// A database with `rows` orders.
pub(crate) fn fill(database: &str, rows: u32) {
    run_sql(&format!(
        "CREATE DATABASE {database};
         CREATE TABLE {database}.orders (id INT PRIMARY KEY, v INT, note VARCHAR(40));
         SET SESSION cte_max_recursion_depth = 1000000;
         INSERT INTO {database}.orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
           SELECT i, i % 97, CONCAT('order ', i) FROM n;"
    ));
}

/// A database with `rows` orders, and a task that copies and follows it.
pub(crate) fn following(database: &str, rows: u32) -> Task {
    fill(database, rows);
    let task = Task::new(database, &objects(database, database), "");
    task.follow();
    task
}

/// Inserts, updates and deletes orders until it is stopped.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<u32>>,
}

impl Writer {
    pub(crate) fn start(database: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, database) = (Arc::clone(&stop), database.to_owned());
        let thread = spawn(move || {
            let mut round = 0;
            while !stopped.load(Ordering::Relaxed) {
                let new = 1_000_000 + round * 3;
                let old = 1 + round * 7 % 500;
                run_sql(&format!(
                    "START TRANSACTION;
                     INSERT INTO {database}.orders VALUES ({new}, 1, 'new'), ({new} + 1, 2, NULL), ({new} + 2, 3, 'gone');
                     UPDATE {database}.orders SET v = v + 1, note = NULL WHERE id = {old};
                     DELETE FROM {database}.orders WHERE id = {new} + 2;
                     UPDATE {database}.orders SET id = {new} + 2 WHERE id = {new};
                     COMMIT;"
                ));
                round += 1;
            }
            round
        });
        Self { stop, thread: Some(thread) }
    }

    /// Stops writing; how many transactions there were.
    pub(crate) fn stop(mut self) -> u32 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().map_or(0, |thread| thread.join().expect("the writer writes"))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
