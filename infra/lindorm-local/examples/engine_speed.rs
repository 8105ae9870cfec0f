//! How many rows a second the engine takes and gives, without any wire: prepared UPSERTs of ten columns (about 110 bytes)
//! from several threads, then one scan of everything.
//!
//! `cargo run --release -p lindorm-local --example engine_speed -- [ROWS [THREADS [ROWS_PER_STATEMENT]]]`

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use lindorm_local::answer::{Answer, Datum};
use lindorm_local::engine::{Engine, EngineOptions};

const CREATE: &str = "CREATE TABLE speed (id BIGINT, customer BIGINT, amount DECIMAL(12,2), name VARCHAR, email VARCHAR, \
     status INTEGER, quantity SMALLINT, price DOUBLE, created TIMESTAMP, note VARCHAR, PRIMARY KEY (id))";

fn main() -> Result<()> {
    let arguments: Vec<i64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let of = |at: usize, default: i64| arguments.get(at).copied().unwrap_or(default).max(1);
    let (rows, threads, per_statement) = (of(0, 2_000_000), of(1, 8), of(2, 100));
    let engine = Engine::new(EngineOptions::default());
    let mut session = engine.session(None)?;
    engine.query(&mut session, CREATE)?;
    for pass in ["new rows", "rows that exist"] {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            let share = |thread: i64| thread * rows / threads..(thread + 1) * rows / threads;
            let writers: Vec<_> = (0..threads)
                .map(|thread| {
                    let engine = &engine;
                    scope.spawn(move || write(engine, share(thread), per_statement))
                })
                .collect();
            writers.into_iter().try_for_each(|writer| match writer.join() {
                Ok(outcome) => outcome,
                Err(_) => bail!("a writer panicked"),
            })
        })?;
        report(pass, rows, begun);
    }
    let begun = Instant::now();
    let Answer::Rows { rows: mut stream, .. } = engine.query(&mut session, "SELECT * FROM speed")? else {
        bail!("a SELECT without rows");
    };
    let mut seen = 0;
    while stream.next_batch(&mut |_| seen += 1)? {}
    ensure!(seen == rows, "{seen} rows read, {rows} written");
    report("rows read", rows, begun);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn report(what: &str, rows: i64, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what}: {rows} in {seconds:.2} s, {:.0} rows/s", rows as f64 / seconds);
}

fn write(engine: &Engine, rows: std::ops::Range<i64>, per_statement: i64) -> Result<()> {
    let mut session = engine.session(None)?;
    let columns = "id, customer, amount, name, email, status, quantity, price, created, note";
    let marks = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let sql =
        |count: usize| format!("UPSERT INTO speed ({columns}) VALUES {}", vec![marks; count].join(", "));
    let whole = engine.prepare(&session, &sql(usize::try_from(per_statement)?))?;
    let mut next = rows.start;
    while next < rows.end {
        let end = (next + per_statement).min(rows.end);
        let values: Vec<Datum<'_>> = (next..end).flat_map(row).collect();
        if end - next == per_statement {
            engine.execute(&mut session, &whole, &values)?;
        } else {
            let last = engine.prepare(&session, &sql(usize::try_from(end - next)?))?;
            engine.execute(&mut session, &last, &values)?;
        }
        next = end;
    }
    Ok(())
}

fn row(id: i64) -> [Datum<'static>; 10] {
    let second = u8::try_from(id.rem_euclid(60)).unwrap_or(0);
    [
        Datum::Int(id),
        Datum::Int(id % 9973),
        Datum::Bytes(b"1234.56"[..].into()),
        Datum::Bytes(b"Ada Lovelace-Byron"[..].into()),
        Datum::Bytes(b"ada.lovelace@example.com"[..].into()),
        Datum::Int(id % 5),
        Datum::Int(id % 100),
        Datum::Double(19.99),
        Datum::DateTime { year: 2024, month: 8, day: 30, hour: 8, minute: 11, second, micros: 354_000 },
        Datum::Bytes(b"left at the door"[..].into()),
    ]
}
