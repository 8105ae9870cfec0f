//! The `ferry` command. Everything it does is in the library; this only hands over the arguments.

use std::process::ExitCode;

use clap::Parser;
use ferry::command_line::CommandLine;

fn main() -> ExitCode {
    ferry::command::execute(CommandLine::parse())
}
