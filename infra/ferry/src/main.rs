//! The `ferry` command. Everything it does is in the library; this only hands over the arguments.

use std::process::ExitCode;

use clap::Parser;
use ferry::command_line::CommandLine;

fn main() -> ExitCode {
    ferry::driver_memory::bound(std::env::args_os());
    ferry::command::execute(CommandLine::parse())
}
