//! A target that takes documented names only: refused with ready lines, equal with exactly those lines.

use servers::LindormLocal;

use crate::stage::{LindormClient, Task, run_sql};

const REFUSED: &str = r#"FAIL  target_name  strict_names.order items
      "order items" has characters outside letters, digits, `.`, `-` and `_`, which the target was not shown to take
      -> give it another name on the target, with these lines under `tables` of its database
         - table: "order items"
           target: "order_items"
           columns: { rename: { "größe": "gr__e", "a b": "a_b" } }

FAIL  target_name  strict_names.order items
      column "größe", "a b" has characters outside letters, digits, `.`, `-` and `_`, which the target was not shown to take
      -> give it another name on the target, with the lines above

FAIL  target_name  strict_names.plain
      column "back`tick" has characters outside letters, digits, `.`, `-` and `_`, which the target was not shown to take
      -> give it another name on the target, with these lines under `tables` of its database
         - table: "plain"
           columns: { rename: { "back`tick": "back_tick" } }"#;

#[test]
fn names_the_target_refuses_are_refused_with_lines_that_make_them_pass() {
    run_sql(
        "CREATE DATABASE strict_names; USE strict_names;
         CREATE TABLE `order items` (id INT PRIMARY KEY, `größe` INT, `a b` INT);
         INSERT INTO `order items` VALUES (1, 2, 3);
         CREATE TABLE plain (id INT PRIMARY KEY, `back``tick` INT);
         INSERT INTO plain VALUES (4, 5)",
    );
    let target = LindormLocal::start(["--assume", "names=documented"]).expect("the stand-in starts");
    let objects = "  - database: strict_names\n";
    let task = Task::to(&target, "strict-names", objects, "");
    let ended = task.ferry("precheck", &[]).expect(3);
    let report = ended.out.split("\npass  ").next().unwrap_or_default();
    assert_eq!(report.trim_end(), REFUSED);
    let fixed = format!("{objects}    tables:\n{}", ready_lines(report));
    let task = Task::to(&target, "strict-names", &fixed, "");
    task.run_and_verify();
    let mut client = LindormClient::of(&target, "strict_names");
    assert_eq!(client.rows("SELECT id, gr__e, a_b FROM order_items LIMIT 10"), [["1", "2", "3"]]);
    assert_eq!(client.rows("SELECT id, back_tick FROM plain LIMIT 10"), [["4", "5"]]);
}

/// The lines below the remedies, as a person would paste them.
fn ready_lines(report: &str) -> String {
    let lines = report.lines().filter(|line| line.starts_with("         "));
    lines.map(|line| format!("      {}\n", &line[9..])).collect()
}
