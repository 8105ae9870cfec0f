//! Fault modes, seen by a real client: each module takes one kind of trouble.

mod endings;
mod keys;
mod port;
mod scopes;
mod waits;

use std::time::Duration;

use lindorm_local::wire::{Options, Server};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use crate::wire::{connect, refusal, start};

/// A server with the table `t` of ten rows, `k` 0 to 9 and `v` 0, and a client.
async fn stand() -> (Server, Conn) {
    stand_with(Options::default()).await
}

async fn stand_with(options: Options) -> (Server, Conn) {
    let server = start(options);
    let mut client = connect(&server).await;
    client
        .query_drop("CREATE TABLE t (k INTEGER, v INTEGER, PRIMARY KEY (k))")
        .await
        .expect("the statement runs");
    let rows: Vec<String> = (0..10).map(|k| format!("({k}, 0)")).collect();
    client
        .query_drop(format!("UPSERT INTO t (k, v) VALUES {}", rows.join(", ")))
        .await
        .expect("the statement runs");
    (server, client)
}

/// Carries out a command, which must succeed, and gives back what it says.
#[track_caller]
fn command(server: &Server, line: &str) -> String {
    let answer = server.control().answer(line);
    answer.strip_prefix("ok").unwrap_or_else(|| panic!("{line}: {answer}")).trim().to_owned()
}

/// How often the fault with this number has struck.
fn struck(server: &Server, number: &str) -> u64 {
    let listed = command(server, "list");
    let mine = listed.split("; ").find(|fault| fault.starts_with(&format!("{number}:"))).expect("it is set");
    let count = mine.split("struck=").nth(1).and_then(|rest| rest.split(' ').next()).expect("a count");
    count.parse().expect("a number")
}

/// Sets `v` of every row by one statement; the error's number where there is an answer.
async fn write(client: &mut Conn, v: i32) -> Result<(), Option<u16>> {
    let rows: Vec<String> = (0..10).map(|k| format!("({k}, {v})")).collect();
    run(client, &format!("UPSERT INTO t (k, v) VALUES {}", rows.join(", "))).await
}

/// Runs a statement; the error's number where there is an answer.
async fn run(client: &mut Conn, sql: &str) -> Result<(), Option<u16>> {
    client.query_drop(sql).await.map_err(|error| match error {
        mysql_async::Error::Server(_) => Some(refusal(&error).0),
        _ => None,
    })
}

/// How many rows have this `v`, asked by a client of its own.
async fn rows_with(server: &Server, v: i32) -> usize {
    let rows: Vec<(i32, i32)> =
        connect(server).await.query("SELECT k, v FROM t").await.expect("the statement runs");
    rows.iter().filter(|row| row.1 == v).count()
}

/// Waits until so many rows have this `v`.
async fn until_rows_have(server: &Server, count: usize, v: i32) {
    for _ in 0..1000 {
        if rows_with(server, v).await == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{count} rows never had {v}");
}
