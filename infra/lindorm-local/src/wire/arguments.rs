//! The command line of `lindorm-local`, read into [`Options`]. Passwords come from the environment, never from arguments.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::engine::{Assumptions, EngineOptions, Login, NODES_MAX, TABLE};
use crate::wire::options::{Options, PORT, Tls, User};

/// A stand-in for the MySQL endpoint of LindormTable, built from public documentation.
#[derive(Debug, Parser)]
#[command(name = "lindorm-local", version)]
pub struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))]
    listen: SocketAddr,
    /// Folder in which data is kept; without it everything is forgotten when the server stops.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Nodes to answer as, by how far the clock of each is ahead, as in `0ms,40ms,-25ms`; connections belong to them in turn.
    #[arg(long, value_name = "SKEW,..", value_delimiter = ',', allow_hyphen_values = true, value_parser = skew)]
    node_skew: Vec<i64>,
    /// A behaviour that the public pages leave open, as NAME=VALUE; `help` lists them all.
    #[arg(long, value_name = "NAME=VALUE")]
    assume: Vec<String>,
    /// Environment variable with the password of `root`; without it the password is empty (loopback only).
    #[arg(long, value_name = "VARIABLE")]
    root_password_env: Option<String>,
    /// Another account: its name, the environment variable with its password, and optionally `:native` for
    /// mysql_native_password or `:old` for a user created on an old version.
    #[arg(long, value_name = "NAME:VARIABLE[:LOGIN]")]
    user: Vec<String>,
    /// Certificate chain, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Where to write the certificate of the self-made authority, for clients that verify.
    #[arg(long, value_name = "FILE", conflicts_with = "tls_cert")]
    tls_ca_out: Option<PathBuf>,
    /// Offer no TLS.
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_ca_out"])]
    no_tls: bool,
    /// Seconds after which an idle connection is closed.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    idle_timeout: u64,
    /// How many connections there may be.
    #[arg(long, value_name = "COUNT", default_value_t = 4000)]
    max_connections: usize,
    /// Loopback address on which commands that set faults are taken; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    control: Option<SocketAddr>,
}

/// What the arguments ask for.
#[derive(Debug)]
pub enum Request {
    /// To print this text: the list of assumptions.
    Show(String),
    /// To run a server.
    Serve(Box<Options>),
}

impl Arguments {
    /// Reads and checks the arguments; `environment` looks up a variable.
    ///
    /// # Errors
    /// Every fault at once, a line each.
    pub fn request(self, environment: impl Fn(&str) -> Option<String>) -> Result<Request, String> {
        if self.assume.iter().any(|setting| setting == "help") {
            return Ok(Request::Show(assumptions_help()));
        }
        let mut faults = Vec::new();
        let mut assumptions = Assumptions::default();
        for setting in &self.assume {
            if let Err(fault) = assumptions.assume(setting) {
                faults.push(format!("--assume: {fault}"));
            }
        }
        if self.node_skew.len() > NODES_MAX {
            faults.push(format!("--node-skew: there are {NODES_MAX} nodes at most"));
        }
        let mut password = |option: &str, variable: &str| {
            environment(variable).filter(|password| !password.is_empty()).unwrap_or_else(|| {
                faults.push(format!("{option}: environment variable `{variable}` is not set or empty"));
                String::new()
            })
        };
        let root =
            self.root_password_env.map_or(String::new(), |name| password("--root-password-env", &name));
        let mut users = vec![User::new("root", &root)];
        let mut unreadable = Vec::new();
        for text in &self.user {
            match account(text) {
                Some((name, variable, login)) => {
                    users.push(User::new(name, &password("--user", variable)).with_login(login));
                }
                None => {
                    unreadable
                        .push(format!("--user: `{text}` is not NAME:VARIABLE, :native or :old behind it"));
                }
            }
        }
        faults.append(&mut unreadable);
        if !faults.is_empty() {
            return Err(faults.join("\n"));
        }
        let tls = match (self.no_tls, self.tls_cert, self.tls_key) {
            (true, _, _) => Tls::Off,
            (false, Some(certificate), Some(key)) => Tls::Files { certificate, key },
            (false, _, _) => Tls::SelfMade { ca_out: self.tls_ca_out },
        };
        Ok(Request::Serve(Box::new(Options {
            listen: self.listen,
            users,
            tls,
            idle_timeout: Duration::from_secs(self.idle_timeout),
            connections_max: self.max_connections,
            control: self.control,
            data_dir: self.data_dir,
            engine: EngineOptions { assumptions, node_skews_ms: self.node_skew, ..EngineOptions::default() },
            ..Options::default()
        })))
    }
}

/// Milliseconds, with `ms` or `s` behind the number.
fn skew(text: &str) -> Result<i64, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or_default(), 1_000),
    };
    let millis = number.parse::<i32>().map(|number| i64::from(number) * unit);
    millis.map_err(|_| "a skew is a number with `ms` or `s` behind it".to_owned())
}

fn account(text: &str) -> Option<(&str, &str, Login)> {
    let mut parts = text.split(':');
    let (name, variable) = (parts.next()?, parts.next()?);
    let login = match parts.next() {
        None => Login::Any,
        Some("native") => Login::Native,
        Some("old") => Login::Old,
        Some(_) => return None,
    };
    (parts.next().is_none() && !name.is_empty() && !variable.is_empty()).then_some((name, variable, login))
}

fn assumptions_help() -> String {
    let defaults = Assumptions::default().shown();
    let mut text = String::new();
    for (info, (_, default)) in TABLE.iter().zip(defaults) {
        let values = info.values.join("|");
        writeln!(
            text,
            "{}={values}\n    {} (rule {}; default {default})",
            info.name, info.meaning, info.rule
        )
        .expect("invariant: writing into memory cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Arguments, Request};
    use crate::wire::options::Tls;

    fn request(arguments: &[&str]) -> Result<Request, String> {
        let all = ["lindorm-local"].iter().chain(arguments);
        Arguments::try_parse_from(all)
            .map_err(|fault| fault.to_string())?
            .request(|name| (name == "SECRET").then(|| "a password".to_owned()))
    }

    #[test]
    fn nothing_given_means_the_documented_port_on_loopback() {
        let Ok(Request::Serve(options)) = request(&[]) else { panic!("a server") };
        assert_eq!(options.listen.to_string(), "127.0.0.1:33060");
        assert_eq!(options.tls, Tls::SelfMade { ca_out: None });
        assert_eq!(options.connections_max, 4000);
    }

    #[test]
    fn every_fault_is_told_at_once_and_no_password_is_shown() {
        let faults = request(&[
            "--assume",
            "nothing=1",
            "--user",
            "reader",
            "--user",
            "writer:SECRET:old",
            "--user",
            "a:UNSET",
        ])
        .unwrap_err();
        assert_eq!(
            faults,
            "--assume: no assumption is named `nothing`\n\
             --user: environment variable `UNSET` is not set or empty\n\
             --user: `reader` is not NAME:VARIABLE, :native or :old behind it"
        );
        let Ok(served) = request(&["--user", "writer:SECRET:native"]) else { panic!("a server") };
        assert!(!format!("{served:?}").contains("a password"));
    }

    #[test]
    fn the_list_of_assumptions_names_values_and_defaults() {
        let Ok(Request::Show(text)) = request(&["--assume", "help"]) else { panic!("a list") };
        assert!(text.contains("long_data=accepted|refused\n"), "{text}");
        assert!(text.contains("(rule 44; default later_wins)"), "{text}");
    }

    #[test]
    fn each_skew_is_a_node() {
        let Ok(Request::Serve(options)) = request(&["--node-skew", "-25ms,0ms,2s"]) else {
            panic!("a server")
        };
        assert_eq!(options.engine.node_skews_ms, [-25, 0, 2_000]);
        assert!(request(&["--node-skew", "0ms,40"]).unwrap_err().contains("`ms` or `s`"));
        assert!(request(&["--node-skew", &["1ms"; 65].join(",")]).unwrap_err().contains("64 nodes"));
    }

    #[test]
    fn a_certificate_needs_its_key() {
        assert!(request(&["--tls-cert", "c.pem"]).unwrap_err().contains("--tls-key"));
        assert!(request(&["--tls-cert", "c.pem", "--tls-key", "k.pem", "--no-tls"]).is_err());
    }
}
