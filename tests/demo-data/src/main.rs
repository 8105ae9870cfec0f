//! The `demo-data` command: `demo-data --out DIR [--rows N] [--load --socket PATH]`.
//!
//! Wiring only; `arguments.rs` says what it does.

use clap::Parser as _;
use demo_data::arguments::Arguments;

fn main() -> anyhow::Result<()> {
    Arguments::parse().run()
}
