//! A verification that is killed goes on with the tables it had not compared.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::stage::{LindormClient, Task, objects, run_sql};

const DATABASE: &str = "resumed";
const TABLES: usize = 60;

#[test]
fn a_killed_verification_does_not_compare_a_table_twice() {
    let mut sql = format!("CREATE DATABASE {DATABASE}; USE {DATABASE}; SET cte_max_recursion_depth = 2000;");
    for number in 0..TABLES {
        write!(
            sql,
            "CREATE TABLE t_{number:02} (id INT PRIMARY KEY, v VARCHAR(40)); INSERT INTO t_{number:02}
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, REPEAT('v', 40) FROM n;"
        )
        .expect("writing to a string succeeds");
    }
    run_sql(&sql);
    let task = Task::new("resumed", &objects(DATABASE, DATABASE), "");
    task.ferry("run", &[]).expect(0);

    let mut running = task.start("verify", &[]);
    running.wait_until(|out| out.lines().count() >= 3);
    let killed = running.kill();
    let compared = killed.out.lines().filter(|line| line.contains(": equal, ")).count();
    assert!((3..TABLES).contains(&compared), "{compared}");
    let state = fs::read_to_string(task.path("data/verify/resumed/state.json")).expect("the state is kept");
    let state: Value = serde_json::from_str(&state).expect("JSON");
    assert!(state["done"].as_object().is_some_and(|done| done.len() >= compared));

    // A table that was compared is broken: the verification that goes on does not look at it, the next one does.
    let first = killed.out.lines().next().and_then(|line| line.split(" -> ").next()).expect("a table");
    let table = first.trim_start_matches("resumed.");
    LindormClient::shared(DATABASE).run(&format!("DELETE FROM {table} WHERE id = 5"));
    let resumed = task.ferry("verify", &[]).expect(0);
    assert!(resumed.out.ends_with("equal: 60 tables, 120,000 rows compared\n"), "{}", resumed.out);
    assert!(!task.path("data/verify/resumed/state.json").exists());
    let next = task.ferry("verify", &[]).expect(4);
    assert!(next.out.contains(&format!("resumed.{table} -> resumed.{table}: DIFFERENT")), "{}", next.out);
}
