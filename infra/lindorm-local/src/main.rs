//! The program `lindorm-local`: starts the server, says where it listens, stops on SIGTERM or SIGINT.

use std::process::ExitCode;

use clap::Parser;
use lindorm_local::wire::{Arguments, Request, Server};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("lindorm-local: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let request = Arguments::parse().request(|name| std::env::var(name).ok());
    match request.map_err(anyhow::Error::msg)? {
        Request::Show(text) => print!("{text}"),
        Request::Serve(options) => {
            let mut signals = Signals::new([SIGTERM, SIGINT])?;
            let server = Server::start(*options)?;
            println!("lindorm-local is ready on {}", server.addr());
            if let Some(addr) = server.control_addr() {
                println!("lindorm-local takes commands on {addr}");
            }
            signals.forever().next();
            server.shutdown();
        }
    }
    Ok(())
}
