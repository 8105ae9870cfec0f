//! How fast rows come out of `page`: rows a second, and rows a second of this process's own processor time.
//!
//! It answers whether turning driver values into domain values costs much beside receiving them.
//! Usage: `read_speed HOST PORT USER DATABASE TABLE [ROWS_A_PAGE]`, the password in `SOURCE_PASSWORD`, without TLS.
//! It only reads.

use std::time::{Duration, Instant};

use migration::ident::{DatabaseName, TableId, TableName};
use migration::key::KeyRange;
use migration::limits::PAGE_BYTES_MAX;
use migration::port::{PageRequest, RowSource, SourceCatalog};
use migration::schema::{MappingOptions, TableNames, map_table};
use migration::task::TlsMode;
use migration::value::ZeroDates;
use mysql::{ConnectionSettings, Source, TlsSettings};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, user, database, table, rest @ ..] = arguments.as_slice() else {
        return Err("usage: read_speed HOST PORT USER DATABASE TABLE [ROWS_A_PAGE]".into());
    };
    let rows_max = rest.first().map_or(Ok(10_000), |rows| rows.parse())?;
    let settings = ConnectionSettings {
        host: host.clone(),
        port: port.parse()?,
        user: user.clone(),
        password: std::env::var("SOURCE_PASSWORD").ok(),
        password_rotates: false,
        tls: TlsSettings { mode: TlsMode::Disabled, authorities: None },
        connect_timeout: Duration::from_secs(10),
    };
    let source = Source::connect(&settings, 1).await?;
    let id =
        TableId { database: DatabaseName::new(database.as_str())?, table: TableName::new(table.as_str())? };
    let described =
        source.describe(std::slice::from_ref(&id)).await?.pop().ok_or("there is no such table")?;
    let columns = described.columns.iter().map(|column| (column.name.clone(), column.name.clone())).collect();
    let options = MappingOptions { zero_dates: ZeroDates::Null, null_rows_exist: true, types_refused: &[] };
    let mapping = map_table(&described, &TableNames { target: id, columns }, None, options)
        .map_err(|faults| format!("{} faults in the mapping", faults.len()))?;

    let (start, processor) = (Instant::now(), processor_time());
    let mut range = KeyRange::default();
    let (mut rows, mut bytes, mut pages) = (0, 0, 0);
    loop {
        let request = PageRequest { table: &mapping, range: &range, rows_max, bytes_max: PAGE_BYTES_MAX };
        let page = source.page(&request).await?;
        rows += page.rows.len();
        bytes += page.bytes;
        pages += 1;
        range.after = page.last_key;
        if page.is_last {
            break;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{rows} rows, {bytes} bytes in {pages} pages, {seconds:.2} s");
    println!("{:.0} rows/s, {:.1} MB/s", rows as f64 / seconds, bytes as f64 / seconds / 1e6);
    if let (Some(before), Some(after)) = (processor, processor_time()) {
        let used = (after - before).as_secs_f64();
        println!("{used:.2} s of processor time, {:.0} rows a second of it", rows as f64 / used);
    }
    Ok(())
}

/// This process's processor time, where the system tells it in ticks of a hundredth of a second.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
