//! A run that is killed while it probes, and replaced by one with another document, leaves no table behind.

use std::thread;
use std::time::{Duration, Instant};

use servers::LindormLocal;

use crate::stage::{LindormClient, Task, objects, run_sql};

const DATABASE: &str = "kill_probing";
const PATIENCE: Duration = Duration::from_secs(60);

fn tables(client: &mut LindormClient) -> Vec<String> {
    client.rows("SHOW TABLES").into_iter().flatten().collect()
}

#[test]
fn a_run_replaced_after_it_was_killed_while_probing_leaves_no_table_behind() {
    run_sql(&format!("CREATE DATABASE {DATABASE}; CREATE TABLE {DATABASE}.t (id INT PRIMARY KEY, v INT)"));
    let server = LindormLocal::start_controlled([""; 0]).expect("the stand-in starts");
    LindormClient::of(&server, "default").run(&format!("CREATE DATABASE {DATABASE}"));
    let mut client = LindormClient::of(&server, DATABASE);
    server.command("set stall delay=4s on=write").expect("the fault is set");
    let task = Task::to(&server, "kill-probing", &objects(DATABASE, DATABASE), "");
    let running = task.start("run", &[]);
    let begun = Instant::now();
    while !tables(&mut client).iter().any(|table| table.starts_with("ferry_probe_")) {
        assert!(begun.elapsed() < PATIENCE, "no probe begins");
        thread::sleep(Duration::from_millis(50));
    }
    running.kill();
    server.command("clear all").expect("the fault is cleared");
    let abandoned = tables(&mut client);
    assert!(!abandoned.is_empty());
    let more = "tuning: { copiers: 1 }\n";
    let another = Task::to(&server, "kill-probing", &objects(DATABASE, DATABASE), more);
    let document = std::fs::read_to_string(another.path("task.yaml")).expect("the document is read");
    task.write(&document);
    task.ferry("run", &[]).expect(0);
    assert_eq!(tables(&mut client), ["t"], "before: {abandoned:?}");
}
