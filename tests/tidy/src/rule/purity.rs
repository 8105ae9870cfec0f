//! Rule 6: the core knows no clock, environment, file, socket, runtime or vendor.
//!
//! What is pure can be simulated and replayed. Time and limits come into `shared/migration` as arguments.

use crate::repository::File;
use crate::violation::Violation;

const CORE: &str = "shared/migration/";

const FORBIDDEN: [&str; 10] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::os",
];

/// Addresses are plain values; what opens a socket is not.
const PLAIN_VALUES: [&str; 3] = ["std::net::IpAddr", "std::net::Ipv4Addr", "std::net::Ipv6Addr"];

const FORBIDDEN_CRATES: [&str; 7] =
    ["tokio", "async_std", "mysql_async", "rusqlite", "lambda_runtime", "reqwest", "hyper"];

/// The core names nothing of the outside world.
pub fn the_core_is_pure(file: &File) -> Vec<Violation> {
    if !file.path.starts_with(CORE) {
        return Vec::new();
    }
    let paths = file.facts.iter().flat_map(|facts| &facts.paths);
    paths
        .filter(|path| is_impure(&path.text))
        .map(|path| file.violation(path.line, format!("the core must not know {}", path.text)))
        .collect()
}

fn is_impure(path: &str) -> bool {
    let first = path.split("::").next().unwrap_or_default();
    FORBIDDEN_CRATES.contains(&first)
        || first.starts_with("aws_")
        || !PLAIN_VALUES.iter().any(|value| holds(path, value))
            && FORBIDDEN.iter().any(|forbidden| holds(path, forbidden))
}

/// Whether `path` holds the segments of `part` one after another.
pub(super) fn holds(path: &str, part: &str) -> bool {
    format!("::{path}::").contains(&format!("::{part}::"))
}

#[cfg(test)]
mod tests {
    use super::the_core_is_pure;
    use crate::repository::File;

    fn found(path: &str, text: &str) -> usize {
        the_core_is_pure(&File::new(path, text)).len()
    }

    #[test]
    fn clocks_environment_sockets_and_runtimes_are_caught_in_the_core() {
        for text in [
            "use std::time::{Duration, Instant};",
            "use std::{env, fmt};",
            "fn f() { std::fs::read(p); }",
            "fn f() { let t = SystemTime::now(); }",
            "fn f() { assert!(std::env::var(x).is_ok()); }",
            "use tokio::sync::Mutex;",
            "use aws_sdk_sqs::Client;",
            "fn f() -> std::net::TcpStream { todo() }",
        ] {
            assert_eq!(found("shared/migration/src/lane.rs", text), 1, "{text}");
        }
    }

    #[test]
    fn durations_own_modules_and_other_crates_are_free() {
        assert_eq!(
            found("shared/migration/src/lane.rs", "use std::time::Duration; use crate::time::Instant;"),
            0
        );
        assert_eq!(found("shared/migration/src/lane.rs", "// std::env\nconst A: &str = \"std::env\";"), 0);
        assert_eq!(found("shared/mysql/src/rows.rs", "use tokio::sync::Mutex;"), 0);
    }
}
