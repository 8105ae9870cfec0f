//! Several nodes, whose clocks differ and go wrong.

use lindorm_local::engine::Node;

use super::shell::{START_MS, Shell};

const STAMPS: &str = "SELECT /*+ _l_versions_(1) */ id, a, a_l_ts FROM t";

fn create(shell: &mut Shell) {
    shell.done("CREATE TABLE t (id BIGINT, a INT, b VARCHAR, PRIMARY KEY (id))");
}

#[test]
fn sessions_belong_to_the_nodes_in_turn_and_write_with_their_clocks() {
    let mut shell = Shell::nodes(&[0, 40, -25], &[]);
    create(&mut shell);
    for id in 0..4 {
        assert_eq!(shell.session.node(), Node(id % 3));
        shell.done(&format!("UPSERT INTO t (id, a) VALUES ({id}, 1)"));
        shell.connect_again();
    }
    let stamp = |id: usize, skew: i64| format!("{id}|1|{}", START_MS + skew);
    assert_eq!(shell.rows(STAMPS), [stamp(0, 0), stamp(1, 40), stamp(2, -25), stamp(3, 0)]);
}

#[test]
fn an_engine_has_one_node_that_goes_right_unless_it_is_told_otherwise() {
    let mut shell = Shell::new();
    assert_eq!(shell.engine.nodes().count(), 1);
    shell.connect_again();
    assert_eq!(shell.session.node(), Node(0));
}

#[test]
fn the_greatest_stamp_wins_whichever_node_wrote_last() {
    let mut shell = Shell::nodes(&[40, 0], &[]);
    create(&mut shell);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.connect_again();
    // This node is behind: its later write and its delete are as if they were older.
    shell.tick(10);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 2)");
    shell.done("DELETE FROM t WHERE id = 1");
    assert_eq!(shell.rows(STAMPS), [format!("1|1|{}", START_MS + 40)]);
    shell.tick(31);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 3)");
    assert_eq!(shell.rows(STAMPS), [format!("1|3|{}", START_MS + 41)]);
}

#[test]
fn a_clock_that_is_stepped_back_gives_lower_stamps_and_other_nodes_keep_theirs() {
    let mut shell = Shell::nodes(&[0, 0], &[]);
    create(&mut shell);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.engine.nodes().step(Node(0), -500).expect("the node");
    // Lost, although it is acknowledged and later.
    shell.done("UPSERT INTO t (id, a) VALUES (1, 2)");
    shell.done("UPSERT INTO t (id, a) VALUES (2, 2)");
    shell.connect_again();
    shell.done("UPSERT INTO t (id, a) VALUES (3, 3)");
    shell.engine.nodes().step(Node(1), 70).expect("the node");
    shell.done("UPSERT INTO t (id, a) VALUES (4, 4)");
    let stamp = |id: i64, value: i64, skew: i64| format!("{id}|{value}|{}", START_MS + skew);
    assert_eq!(shell.rows(STAMPS), [stamp(1, 1, 0), stamp(2, 2, -500), stamp(3, 3, 0), stamp(4, 4, 70)]);
    assert_eq!(
        shell.engine.nodes().step(Node(2), 1).unwrap_err().to_string(),
        "there is no node 2, nodes are counted from 0 to 1"
    );
}

#[test]
fn a_delayed_definition_is_known_to_its_own_node_at_once_and_to_others_later() {
    let mut shell = Shell::nodes(&[0, 0], &["schema_visibility=delayed"]);
    create(&mut shell);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.connect_again();
    let write = "UPSERT INTO t (id, a) VALUES (2, 2)";
    assert_eq!((shell.error("SELECT * FROM t"), shell.error(write)), (1146, 1146));
    assert_eq!(shell.error("DESCRIBE t"), 1146);
    shell.tick(299);
    assert_eq!(shell.error(write), 1146);
    shell.tick(1);
    shell.done(write);

    shell.done("ALTER TABLE t ADD COLUMN c INT");
    let wider = "UPSERT INTO t (id, c) VALUES (3, 3)";
    shell.done(wider);
    shell.connect_again();
    assert_eq!((shell.error("SELECT c FROM t"), shell.error(wider)), (1054, 1054));
    // What it knows of the table, it shows and takes; the rows are the same for every node.
    shell.done("UPSERT INTO t (id, a) VALUES (4, 4)");
    assert_eq!(shell.rows("SELECT * FROM t WHERE id >= 2"), ["2|2|NULL", "3|NULL|NULL", "4|4|NULL"]);
    shell.tick(300);
    assert_eq!(shell.rows("SELECT id, c FROM t WHERE id = 3"), ["3|3"]);
}

#[test]
fn a_delayed_definition_that_is_changed_elsewhere_is_changed_as_it_is_and_an_old_table_is_not_taken_for_a_new_one()
 {
    let mut shell = Shell::nodes(&[0, 0], &["schema_visibility=delayed"]);
    create(&mut shell);
    shell.connect_again();
    // Whoever changes it knows it.
    shell.done("ALTER TABLE t ADD COLUMN c INT");
    shell.done("UPSERT INTO t (id, a, c) VALUES (1, 1, 1)");
    shell.done("DROP TABLE t");
    shell.done("CREATE TABLE t (k VARCHAR, v INT, PRIMARY KEY (k))");
    shell.connect_again();
    assert_eq!(shell.error("SELECT * FROM t"), 1146);
    shell.tick(300);
    assert_eq!(shell.rows("SELECT * FROM t"), Vec::<String>::new());
    assert_eq!(shell.columns("SELECT * FROM t").len(), 2);
}

#[test]
fn a_definition_is_known_everywhere_at_once_by_default() {
    let mut shell = Shell::nodes(&[0, 0], &[]);
    create(&mut shell);
    shell.connect_again();
    shell.done("UPSERT INTO t (id, a) VALUES (2, 2)");
}
