//! Runs one MySQL server in the foreground, for people and scripts: `mysql-server --data DIR --port 3306`.
//!
//! Exists so that the demo and a reader of the README get the same server as the tests.
//! Never goes to the background: SIGTERM or Ctrl-C stops the server cleanly, and however this program ends, mysqld ends too.

use std::env;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use servers::{MysqlBuilder, MysqlServer, ServerError};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

const USAGE: &str =
    "usage: mysql-server [--port PORT] [--data DIR] [--server-id ID] [--gtid on|off] [--tls on|off]
                    [--buffer-pool-mib N] [--redo-log-mib N] [--option MYSQLD_OPTION]...
Runs a MySQL on 127.0.0.1 until SIGTERM or Ctrl-C. Port 0 (default) means any free one.
Without --data the server gets a fresh folder that is removed at the end.
Prints one line when it is ready: ready port=PORT socket=PATH user=root ca=PATH";

fn main() -> ExitCode {
    let builder = match parse(env::args().skip(1)) {
        Ok(builder) => builder,
        Err(fault) => {
            eprintln!("{fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(builder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mysql-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<MysqlBuilder, String> {
    let mut builder = MysqlServer::builder();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{name} needs a number"));
        let on = || match value.as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(format!("{name} is on or off")),
        };
        builder = match name.as_str() {
            "--port" => match value.parse().map_err(|_| "--port needs a port".to_owned())? {
                0 => builder,
                port => builder.port(port),
            },
            "--data" => builder.folder(&value),
            "--server-id" => builder.server_id(number()?),
            "--gtid" => builder.gtid(on()?),
            "--tls" => builder.tls(on()?),
            "--buffer-pool-mib" => builder.buffer_pool_mib(number()?),
            "--redo-log-mib" => builder.redo_log_mib(number()?),
            "--option" => builder.option(&value),
            _ => return Err(format!("unknown argument {name}")),
        };
    }
    Ok(builder)
}

fn run(builder: MysqlBuilder) -> Result<(), ServerError> {
    let no_signals = |cause| ServerError::Program { program: "signal handlers".to_owned(), cause };
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(no_signals)?;
    let (stop, stopped) = channel();
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            let _ = stop.send(());
        }
    });
    let mut server = builder.start()?;
    let authority =
        server.certificate_authority().map_or_else(String::new, |path| path.display().to_string());
    let socket = server.socket().display();
    println!("ready port={} socket={socket} user={} ca={authority}", server.port(), server.user());
    loop {
        match stopped.recv_timeout(Duration::from_millis(200)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return server.stop(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(status) = server.ended() {
            let last_words = "see error.log in the data folder".to_owned();
            return Err(ServerError::EndedEarly { program: "mysqld".to_owned(), status, last_words });
        }
    }
}
