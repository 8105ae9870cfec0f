//! The benchmark's table: ten columns, about 110 bytes a row, nothing unusual.
//!
//! Benchmarks of different programs are comparable only over rows of the same shape; this is ours.
//! Bytes a row as MySQL counts them: 8 + 4 + 1 + 8 + 5 + 8 + 5 + 4 + (1 + 24) + (1 + 40) = 109.

use std::fs::File;
use std::io::{self, BufWriter};

use crate::random::Random;
use crate::table::Table;
use crate::tsv::Rows;

/// The statement that makes the table.
pub const SCHEMA: &str = "CREATE TABLE bench (
  id BIGINT NOT NULL,
  customer INT NOT NULL,
  status TINYINT NOT NULL,
  big BIGINT NULL,
  amount DECIMAL(10,2) NOT NULL,
  ratio DOUBLE NULL,
  created_at DATETIME NOT NULL,
  updated_at TIMESTAMP NULL,
  name VARCHAR(40) NOT NULL,
  note VARCHAR(80) NULL,
  PRIMARY KEY (id)
);
";

const FIRST_SECOND: i64 = 1_600_000_000;

/// The one table of this preset.
pub fn tables(rows: u64) -> Vec<Table> {
    vec![Table {
        name: "bench",
        rows,
        columns: "",
        fill: Box::new(move |random, output| fill(rows, random, output)),
    }]
}

fn fill(count: u64, random: &mut Random, rows: &mut Rows<BufWriter<File>>) -> io::Result<()> {
    for id in 1..=count {
        rows.plain(id).plain(random.below(1_000_000)).plain(random.between(-5, 5));
        rows.plain(random.between(i64::MIN / 2, i64::MAX / 2)).decimal(random.between(0, 99_999_999), 2);
        rows.plain(f64::from(u32::try_from(random.below(1 << 32)).unwrap_or(0)) / 7.0);
        let at = FIRST_SECOND + random.between(0, 150_000_000);
        rows.instant(at, 0, 0).instant(at + 60, 0, 0);
        rows.plain(format_args!("name-{:019x}", random.below(u64::MAX)));
        rows.plain(format_args!("note {:018x} {:016x}", random.below(1 << 60), random.below(u64::MAX)))
            .end()?;
    }
    Ok(())
}
