//! The program with a data folder, killed while it writes: whatever was acknowledged is there afterwards.
//!
//! Several connections write rows of their own, each row's value counting up, while another one changes tables. After a number of
//! acknowledgements drawn from a seed the process gets SIGKILL and is started again on the same folder. A row may hold what was
//! acknowledged or anything sent later, and a table whose last change was acknowledged is as that change left it.
//! `LINDORM_KILL_ROUNDS` and `LINDORM_KILL_SEED` make it longer or other.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::program::{program, ready};

const WRITERS: u64 = 4;
const KEYS_PER_WRITER: u64 = 40;

/// A row's or a table's last acknowledged state and the last one asked for. Tables count up too: odd numbers are there.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    acknowledged: u64,
    asked: u64,
}

/// What the writers know, by row or table.
type Ledger = BTreeMap<u64, Known>;

/// A few numbers that look random, the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

struct Served {
    child: Child,
    addr: SocketAddr,
}

impl Served {
    fn on(folder: &Path) -> Self {
        let mut child = program(&["--listen", "127.0.0.1:0", "--data-dir", folder.to_str().expect("UTF-8")]);
        let addr = ready(&mut child);
        Served { child, addr }
    }

    async fn connect(&self) -> Conn {
        let opts = OptsBuilder::default()
            .ip_or_hostname(self.addr.ip().to_string())
            .tcp_port(self.addr.port())
            .user(Some("root"))
            .prefer_socket(false);
        Conn::new(opts).await.expect("a login")
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().expect("a process of our own");
        self.child.wait().expect("its end");
    }
}

/// Writes until the server is gone; every value is one above the last one asked for.
async fn write(
    mut conn: Conn,
    writer: u64,
    mut ledger: Ledger,
    mut numbers: Numbers,
    told: UnboundedSender<()>,
) -> Ledger {
    loop {
        let count = 1 + numbers.below(12);
        let keys: std::collections::BTreeSet<u64> =
            (0..count).map(|_| writer * KEYS_PER_WRITER + numbers.below(KEYS_PER_WRITER)).collect();
        let mut rows = Vec::new();
        for key in &keys {
            let known = ledger.entry(*key).or_default();
            known.asked += 1;
            rows.push(format!("({key}, {}, 'row {key}')", known.asked));
        }
        let sql = format!("UPSERT INTO kept (id, n, note) VALUES {}", rows.join(", "));
        if conn.query_drop(sql).await.is_err() {
            return ledger;
        }
        for key in &keys {
            let known = ledger.entry(*key).or_default();
            known.acknowledged = known.asked;
        }
        let _ = told.send(()); // Nobody listens once the kill is decided.
    }
}

/// Makes and drops tables until the server is gone.
async fn define(mut conn: Conn, mut ledger: Ledger, mut numbers: Numbers) -> Ledger {
    loop {
        let table = numbers.below(5);
        let known = ledger.entry(table).or_default();
        known.asked += 1;
        let sql = if known.asked % 2 == 1 {
            format!("CREATE TABLE made_{table} (id INT, a INT, PRIMARY KEY (id))")
        } else {
            format!("DROP TABLE made_{table}")
        };
        if conn.query_drop(sql).await.is_err() {
            return ledger;
        }
        known.acknowledged = known.asked;
    }
}

/// What is there, in the ledger's form; a table's number is all that its being there tells.
async fn found(conn: &mut Conn) -> (BTreeMap<u64, u64>, Vec<String>) {
    let rows: Vec<(u64, u64)> = conn.query("SELECT id, n FROM kept").await.expect("the rows");
    let tables: Vec<String> = conn.query("SHOW TABLES").await.expect("the tables");
    (rows.into_iter().collect(), tables)
}

/// Compares and goes on from what is there.
fn check(rows: &BTreeMap<u64, u64>, ledger: &mut Ledger, seed: u64) {
    for (key, known) in ledger {
        let value = rows.get(key).copied().unwrap_or(0);
        assert!(
            (known.acknowledged..=known.asked).contains(&value),
            "seed {seed}: row {key} has {value}, {} was acknowledged of {}",
            known.acknowledged,
            known.asked
        );
        *known = Known { acknowledged: value, asked: value.max(known.asked) };
    }
}

fn check_tables(tables: &[String], ledger: &mut Ledger, seed: u64) {
    for (table, known) in ledger {
        let is_there = tables.contains(&format!("made_{table}"));
        if known.acknowledged == known.asked {
            assert_eq!(is_there, known.asked % 2 == 1, "seed {seed}: table {table}, change {}", known.asked);
        }
        let made = u64::from(is_there);
        *known = Known { acknowledged: made, asked: made };
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed_while_it_writes() {
    let seed = number("LINDORM_KILL_SEED", 1);
    let mut numbers = Numbers(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows: Vec<Ledger> = vec![Ledger::new(); usize::try_from(WRITERS).expect("few")];
    let mut tables = Ledger::new();
    let served = Served::on(folder.path());
    let create = "CREATE TABLE kept (id BIGINT, n BIGINT, note VARCHAR, PRIMARY KEY (id))";
    served.connect().await.query_drop(create).await.expect(create);
    served.kill();
    for _ in 0..number("LINDORM_KILL_ROUNDS", 5) {
        let served = Served::on(folder.path());
        let (tell, mut told) = unbounded_channel();
        let mut writers = JoinSet::new();
        for (writer, ledger) in (0..WRITERS).zip(&rows) {
            let (conn, numbers) = (served.connect().await, Numbers(numbers.below(u64::MAX)));
            let (ledger, tell) = (ledger.clone(), tell.clone());
            writers.spawn(async move { (writer, write(conn, writer, ledger, numbers, tell).await) });
        }
        let defined =
            tokio::spawn(define(served.connect().await, tables.clone(), Numbers(numbers.below(u64::MAX))));
        for _ in 0..1 + numbers.below(600) {
            told.recv().await.expect("writers that write");
        }
        served.kill();
        while let Some(ended) = writers.join_next().await {
            let (writer, ledger) = ended.expect("a writer that ends");
            rows[usize::try_from(writer).expect("few")] = ledger;
        }
        tables = defined.await.expect("a writer that ends");

        let served = Served::on(folder.path());
        let (found_rows, found_tables) = found(&mut served.connect().await).await;
        rows.iter_mut().for_each(|ledger| check(&found_rows, ledger, seed));
        check_tables(&found_tables, &mut tables, seed);
        served.kill();
    }
}
