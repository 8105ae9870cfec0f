//! The source fails over to its replica: followed on with the proof that nothing is missing there, refused without.

use std::thread;
use std::time::Duration;

use servers::{LindormLocal, MysqlServer};

use crate::following::stand::Stand;
use crate::stage::Line;

fn server(id: u32) -> MysqlServer {
    MysqlServer::builder().gtid(true).server_id(id).start().expect("MySQL starts")
}

/// Makes `replica` follow `source`.
fn replicate(source: &MysqlServer, replica: &MysqlServer) {
    replica
        .sql(&format!(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {}, SOURCE_USER = 'root',
               SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1; START REPLICA",
            source.port()
        ))
        .expect("the replica follows");
}

fn executed(server: &MysqlServer) -> String {
    server.sql("SELECT @@GLOBAL.gtid_executed").expect("a set").trim().replace("\\n", "").replace('\n', "")
}

fn wait_for(replica: &MysqlServer, set: &str) {
    let waited = replica.sql(&format!("SELECT WAIT_FOR_EXECUTED_GTID_SET('{set}', 60)")).expect("a wait");
    assert_eq!(waited.trim(), "0", "the replica did not follow");
}

/// A stand whose task reaches its source over a line that can lead to the replica later.
fn stand(source: MysqlServer, line: &Line) -> Stand {
    let target = LindormLocal::start(Vec::<String>::new()).expect("the stand-in starts");
    let stand = Stand::new(source, target, "full_and_incremental", 5_000);
    stand.task.redirect_source(line.port());
    stand
}

#[test]
fn a_promoted_replica_that_has_everything_is_followed_on() {
    let (source, replica) = (server(11), server(12));
    replicate(&source, &replica);
    let line = Line::to(source.port());
    let mut stand = stand(source, &line);
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    let writer = stand.writer(21);
    let running = stand.start(&[]);
    thread::sleep(Duration::from_secs(3));
    writer.stop();
    wait_for(&replica, &executed(&stand.source));
    // The former source ends, and its address leads to the replica.
    stand.source.kill();
    line.lead_to(replica.port());
    line.cut();
    replica.sql("STOP REPLICA; RESET REPLICA ALL").expect("promoted");
    stand.source = replica;
    let writer = stand.writer(22);
    thread::sleep(Duration::from_secs(4));
    writer.stop();
    running.interrupt();
    running.wait().expect(0);
    stand.catches_up_equal();
}

/// Pages are read from the new server only after the reader has accepted it.
#[test]
fn a_replica_promoted_while_a_table_is_copied_is_copied_on_from() {
    let (source, replica) = (server(17), server(18));
    replicate(&source, &replica);
    let line = Line::to(source.port());
    let mut stand = stand(source, &line);
    wait_for(&replica, &executed(&stand.source));
    let mut running = stand.start(&["--json"]);
    running.wait_until(|out| out.contains("\"copying\""));
    // New sessions lead to the replica, those that are open still to the source; then the source ends.
    line.lead_to(replica.port());
    thread::sleep(Duration::from_millis(300));
    stand.source.kill();
    line.cut();
    replica.sql("STOP REPLICA; RESET REPLICA ALL").expect("promoted");
    stand.source = replica;
    let writer = stand.writer(23);
    thread::sleep(Duration::from_secs(4));
    writer.stop();
    running.interrupt();
    running.wait();
    stand.catches_up_equal();
}

#[test]
fn a_promoted_replica_that_lacks_what_was_shipped_is_refused() {
    let (source, replica) = (server(13), server(14));
    replicate(&source, &replica);
    let line = Line::to(source.port());
    let mut stand = stand(source, &line);
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    wait_for(&replica, &executed(&stand.source));
    replica.sql("STOP REPLICA").expect("cut off");
    stand.sql("UPDATE bulk SET v = 'never replicated' WHERE id < 100");
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    stand.source.kill();
    line.lead_to(replica.port());
    line.cut();
    replica.sql("RESET REPLICA ALL").expect("promoted");
    stand.source = replica;
    let ended = stand.task.ferry("run", &["--until", "caught-up"]).expect(1);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("copy") && said.contains("server"), "{said}");
}

/// Without GTIDs no proof is possible.
#[test]
fn another_server_without_gtids_is_refused() {
    let one = MysqlServer::builder().gtid(false).server_id(15).start().expect("MySQL starts");
    let other = MysqlServer::builder().gtid(false).server_id(16).start().expect("MySQL starts");
    let line = Line::to(one.port());
    let stand = stand(one, &line);
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    line.lead_to(other.port());
    line.cut();
    stand.task.ferry("run", &["--until", "caught-up"]).expect(1);
}

/// Logs that are gone are told, never jumped over.
#[test]
fn purged_logs_fail_the_task_with_the_remedy() {
    let source = MysqlServer::builder().gtid(true).start().expect("MySQL starts");
    let target = LindormLocal::start(Vec::<String>::new()).expect("the stand-in starts");
    let stand = Stand::new(source, target, "full_and_incremental", 10);
    stand.task.ferry("run", &["--until", "caught-up"]).expect(0);
    stand.sql("UPDATE bulk SET v = 'lost'; FLUSH BINARY LOGS; UPDATE bulk SET v = 'seen'; FLUSH BINARY LOGS");
    let newest = stand.sql("SHOW BINARY LOGS");
    let newest =
        newest.lines().last().and_then(|line| line.split_whitespace().next()).expect("a file").to_owned();
    stand.sql(&format!("PURGE BINARY LOGS TO '{newest}'"));
    let ended = stand.task.ferry("run", &["--until", "caught-up"]).expect(1);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("was removed") && said.contains("copy again"), "{said}");
}
