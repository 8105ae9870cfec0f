//! One table to be generated: its name, its size, how a file of it is loaded, and how its rows are drawn.
//!
//! What the presets have in common. Never knows what is in a row.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter};

use crate::random::Random;
use crate::tsv::Rows;

type Fill = Box<dyn Fn(&mut Random, &mut Rows<BufWriter<File>>) -> io::Result<()> + Send + Sync>;

/// One table of a preset.
pub struct Table {
    /// Its name, also the name of its file.
    pub name: &'static str,
    /// How many rows it gets.
    pub rows: u64,
    /// The end of its `LOAD DATA` statement: columns and conversions; empty when the file holds the columns as they are.
    pub columns: &'static str,
    /// Writes all rows.
    pub fill: Fill,
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Table")
            .field("name", &self.name)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// The statement that loads a file of this table; `local` sends the file through the client.
    pub fn load_statement(&self, path: &str, local: bool) -> String {
        let local = if local { "LOCAL " } else { "" };
        let (table, columns) = (self.name, self.columns);
        let path = path.replace('\\', "\\\\").replace('\'', "\\'");
        format!("LOAD DATA {local}INFILE '{path}' INTO TABLE `{table}` CHARACTER SET utf8mb4 {columns};")
    }
}
