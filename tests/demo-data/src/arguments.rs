//! The command line of `demo-data`, and the run it asks for.
//!
//! Decides nothing about rows; it chooses the preset, the folder and whether to load.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use servers::{Installation, MysqlClient};

use crate::load::{self, Loader};
use crate::table::Table;
use crate::{bench, shop, write};

/// Makes the data of a realistic shop (or the benchmark's table), and loads it if asked.
///
/// The same seed and size always give the same bytes.
#[derive(Debug, Parser)]
#[command(name = "demo-data")]
pub struct Arguments {
    /// Folder for schema.sql, load.sql and one TSV file a table.
    #[arg(long)]
    out: PathBuf,
    /// What to make.
    #[arg(long, value_enum, default_value_t = Preset::Shop)]
    preset: Preset,
    /// Rows in all tables together.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 20_260_101)]
    seed: u64,
    /// Database to be made [default: the preset's name].
    #[arg(long)]
    database: Option<String>,
    /// Load the files into a server, through the mysql client that infra/mysql/mysqld-find finds.
    #[arg(long)]
    load: bool,
    /// Delete the files once they are loaded.
    #[arg(long, requires = "load")]
    discard: bool,
    /// Unix socket of the server.
    #[arg(long, conflicts_with = "port")]
    socket: Option<PathBuf>,
    /// Host of the server.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Port of the server.
    #[arg(long, default_value_t = 3306)]
    port: u16,
    /// Account; a password is taken from MYSQL_PWD.
    #[arg(long, default_value = "root")]
    user: String,
    /// Send the files through the client, for a server that cannot read this machine's files.
    #[arg(long)]
    local: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// Seventeen tables of a shop.
    Shop,
    /// One table of ten columns, about 110 bytes a row.
    Bench,
}

impl Preset {
    fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Bench => "bench",
        }
    }

    fn schema(self) -> &'static str {
        match self {
            Self::Shop => shop::SCHEMA,
            Self::Bench => bench::SCHEMA,
        }
    }

    fn tables(self, rows: u64) -> Vec<Table> {
        match self {
            Self::Shop => shop::tables(rows),
            Self::Bench => bench::tables(rows),
        }
    }

    fn rows_min(self) -> u64 {
        match self {
            Self::Shop => shop::ROWS_MIN,
            Self::Bench => 0,
        }
    }
}

impl Arguments {
    /// Makes the files, and loads them if asked.
    ///
    /// # Errors
    /// Fails when a file cannot be written or the server refuses.
    pub fn run(self) -> Result<()> {
        let preset = self.preset;
        ensure!(self.rows >= preset.rows_min(), "--rows must be at least {}", preset.rows_min());
        let start = Instant::now();
        let tables = preset.tables(self.rows);
        let database = self.database.clone().unwrap_or_else(|| preset.name().to_owned());
        fs::create_dir_all(&self.out).with_context(|| format!("cannot create {}", self.out.display()))?;
        let schema = format!("{}\n{}", load::header(&database), preset.schema());
        fs::write(self.out.join("schema.sql"), schema)?;
        fs::write(self.out.join("load.sql"), load::script(&tables, &database))?;
        let loader = self.load.then(|| self.loader(database)).transpose()?;
        if let Some(loader) = &loader {
            loader.create(preset.schema())?;
        }
        let written = write::write_all(&tables, self.seed, &self.out, |table, file| {
            if let Some(loader) = &loader {
                loader.load(table, file)?;
                if self.discard {
                    fs::remove_file(file)?;
                }
            }
            Ok(())
        })?;
        for file in &written {
            println!("{:<20}{:>12} rows{:>14} bytes", file.table, file.rows, file.bytes);
        }
        let (rows, bytes) = written.iter().fold((0, 0), |sum, file| (sum.0 + file.rows, sum.1 + file.bytes));
        let done = if loader.is_some() { "made and loaded" } else { "made" };
        println!("{done} {rows} rows, {bytes} bytes in {:.1} s", start.elapsed().as_secs_f64());
        Ok(())
    }

    fn loader(&self, database: String) -> Result<Loader> {
        ensure!(!database.contains('`'), "a database name with a backtick cannot be used here");
        let program = Installation::find()?.mysql;
        let client = match &self.socket {
            Some(socket) => MysqlClient::by_socket(&program, socket, &self.user),
            None => MysqlClient::by_address(&program, &self.host, self.port, &self.user),
        };
        Ok(Loader { client, database, local: self.local })
    }
}
