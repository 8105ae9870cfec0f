//! How many rows a CPU-second of ours carries through `Sink::write`.
//!
//! Writes rows of ten columns and about 110 bytes to a stand-in that already listens, in batches as a copier does, and
//! prints rows per second of wall time and per second of this process's CPU time. The server's CPU is not counted.
//! Run: `cargo run --release -p lindorm --example write_speed -- PORT [ROWS] [CONNECTIONS]`.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lindorm::{Settings, Target};
use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::port::{Sink, TargetCatalog, WriteBatch};
use migration::schema::{
    ColumnMapping, KeyKind, SourceKey, SourceTable, StringDefault, TableKind, TableMapping, TargetColumn,
    TargetTable, TargetType,
};
use migration::statement_form::StatementForm;
use migration::task::{Tls, TlsMode};
use migration::time::UnixMs;
use migration::value::{Conversion, TargetRow, TargetValue};

const BATCH: i64 = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("the stand-in's port is missing")?.parse()?;
    let rows: i64 = arguments.next().map_or(Ok(1_000_000), |rows| rows.parse())?;
    let connections = arguments.next().map_or(Ok(4), |connections| connections.parse())?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(
        port,
        rows,
        connections,
    ))
}

async fn measure(port: u16, rows: i64, connections: usize) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings {
        host: "127.0.0.1".to_owned(),
        port,
        user: "root".to_owned(),
        password: None,
        password_rotates: false,
        tls: Tls { mode: TlsMode::Disabled, ca: None },
        authority: None,
        connections,
    };
    let target = Target::connect(settings).await?;
    let mapping = mapping()?;
    target.create_database(&mapping.target.id.database).await?;
    target.create_table(&mapping.target).await?;
    let stamp = Some(now()?);
    let (mut wall, mut cpu) = (Duration::ZERO, Duration::ZERO);
    for first in (0..rows).step_by(usize::try_from(BATCH)?) {
        let batch = (first..rows.min(first + BATCH)).map(row).collect();
        let (begun, used) = (Instant::now(), cpu_time()?);
        let outcome = target.write(
            WriteBatch { table: &mapping, stamp, form: StatementForm::documented(), rows: batch },
            now()?.plus(Duration::from_mins(1)),
        );
        let rejected = outcome.await?.rejected.len();
        wall += begun.elapsed();
        cpu += cpu_time()?.saturating_sub(used);
        assert_eq!(rejected, 0, "the stand-in refused rows");
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = |span: Duration| rows as f64 / span.as_secs_f64() / 1e6;
    println!(
        "{rows} rows, {connections} connections: {:.2} M rows/s, {:.2} M rows per CPU-second",
        rate(wall),
        rate(cpu)
    );
    Ok(())
}

fn now() -> Result<UnixMs, Box<dyn std::error::Error>> {
    Ok(UnixMs(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?))
}

/// CPU time of this process, in the kernel's clock ticks of 10 ms (proc(5): utime and stime).
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no process name")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 10))
}

fn row(id: i64) -> TargetRow {
    vec![
        TargetValue::Int(id),
        TargetValue::Int(id % 1_000),
        TargetValue::Text(format!("customer {id:09}")),
        TargetValue::Text(format!("street of the {id:07} houses")),
        TargetValue::Decimal(format!("{}.{:02}", id % 9_999, id % 100)),
        TargetValue::Text(format!("2024-08-30 08:{:02}:15", id % 60)),
        TargetValue::Timestamp(1_724_976_675_354 + id),
        TargetValue::Int(id % 7),
        TargetValue::Double(0.5),
        TargetValue::Text("open".to_owned()),
    ]
}

fn mapping() -> Result<TableMapping, Box<dyn std::error::Error>> {
    let varchar = TargetType::Varchar { chars: None };
    let types = [
        TargetType::BigInt,
        TargetType::Integer,
        varchar,
        varchar,
        TargetType::Decimal { precision_scale: Some((10, 2)) },
        varchar,
        TargetType::Timestamp,
        TargetType::TinyInt,
        TargetType::Double,
        varchar,
    ];
    let id = TableId { database: DatabaseName::new("speed")?, table: TableName::new("orders")? };
    let mut columns = Vec::new();
    let mut mapped = Vec::new();
    for (at, target_type) in types.into_iter().enumerate() {
        let name = ColumnName::new(format!("c{at}"))?;
        columns.push(TargetColumn {
            name: name.clone(),
            column_type: target_type,
            key_position: (at == 0).then_some(0),
        });
        let conversion = Conversion::Boolean;
        mapped.push(ColumnMapping {
            source: name.clone(),
            target: name,
            target_type,
            conversion,
            in_key: at == 0,
        });
    }
    let key = SourceKey {
        index: "PRIMARY".to_owned(),
        kind: KeyKind::Primary,
        columns: vec![ColumnName::new("c0")?],
    };
    let source = SourceTable {
        id: id.clone(),
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: Vec::new(),
        key: Some(key.clone()),
        rows_estimate: 0,
        data_bytes: 0,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    };
    let target = TargetTable { id, columns, indexes: Vec::new(), attributes: BTreeMap::new() };
    Ok(TableMapping { source, key, target, columns: mapped, marker: false, existing: false })
}
