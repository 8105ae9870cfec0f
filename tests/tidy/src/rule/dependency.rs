//! Who may depend on whom: adapters and functions point to the core, and the core points to nothing of ours.
//!
//! The arrows keep the core fast to build and possible to simulate, and each vendor behind one crate.

use crate::packages::{Dependency, DependencyKind, Package};
use crate::violation::Violation;

const CORE: &str = "migration";
/// The machine's clock, which stands on the core alone.
const CLOCK: &str = "clock";
/// Puts the adapters together for the functions.
const WIRING: &str = "shared/lambda";
/// All that the core may use of others.
const CORE_MAY_USE: [&str; 8] =
    ["base64", "lz4_flex", "serde", "serde_json", "thiserror", "tracing", "uuid", "xxhash-rust"];
/// The only packages that see several functions.
const SEE_FUNCTIONS: [&str; 4] = ["infra/ferry", "tests/benchmarks", "tests/end-to-end", "tests/simulation"];

/// The arrows between packages, as far as they are broken.
pub fn dependencies_point_inwards(packages: &[Package]) -> Vec<Violation> {
    let folder_of =
        |name: &str| packages.iter().find(|package| package.name == name).map(|found| found.folder.as_str());
    let mut found = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let reason = match folder_of(&dependency.name) {
                Some(other) => between_ours(package, dependency, other),
                None => towards_others(package, dependency),
            };
            if let Some(reason) = reason {
                let what = format!("{} depends on {}: {reason}", package.name, dependency.name);
                found.push(Violation { path: format!("{}/Cargo.toml", package.folder), line: 0, what });
            }
        }
    }
    found
}

fn between_ours(package: &Package, dependency: &Dependency, other: &str) -> Option<&'static str> {
    let here = package.folder.as_str();
    let is_dev = dependency.kind == DependencyKind::Dev;
    if package.name == CORE {
        return Some("the core depends on nothing of ours");
    }
    if other.starts_with("functions/") && !SEE_FUNCTIONS.contains(&here) {
        return Some(
            "only the runner, the simulation, the end-to-end tests and the benchmarks see functions",
        );
    }
    if here.starts_with("tests/") || other.starts_with("tests/") {
        return (!is_dev && !here.starts_with("tests/")).then_some("only tests depend on test packages");
    }
    if other.starts_with("infra/") {
        return Some("nothing but tests depends on infra");
    }
    if here.starts_with("infra/") {
        return None;
    }
    let plain_library =
        dependency.name == CORE || dependency.name == CLOCK || is_dev && dependency.name == "memory";
    if here == WIRING && other.starts_with("shared/") {
        return None;
    }
    if here.starts_with("functions/") {
        let wired = dependency.optional && other.starts_with("shared/");
        return (!plain_library && !wired).then_some("a function's library depends on the core only");
    }
    (!plain_library).then_some("adapters never depend on each other")
}

fn towards_others(package: &Package, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    if package.name == CORE && dependency.kind != DependencyKind::Dev && !CORE_MAY_USE.contains(&name) {
        return Some("the core uses only a few plain crates");
    }
    if name.starts_with("aws-") && package.folder != "shared/aws" {
        return Some("only shared/aws names an AWS SDK");
    }
    if name == "lambda_runtime" && package.folder != "shared/lambda" {
        return Some("only shared/lambda names the Lambda runtime");
    }
    let drives_mysql = ["shared/mysql", "shared/lindorm"].contains(&package.folder.as_str());
    if name == "mysql_async"
        && !drives_mysql
        && !package.folder.starts_with("tests/")
        && dependency.kind != DependencyKind::Dev
    {
        return Some("only the two database adapters drive a MySQL client");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::dependencies_point_inwards;
    use crate::packages::{Dependency, DependencyKind, Package};

    fn package(folder: &str, dependencies: &[(&str, DependencyKind, bool)]) -> Package {
        let name = folder.rsplit('/').next().unwrap().to_owned();
        let dependencies = dependencies
            .iter()
            .map(|(name, kind, optional)| Dependency {
                name: (*name).to_owned(),
                kind: *kind,
                optional: *optional,
            })
            .collect();
        Package { name, folder: folder.to_owned(), dependencies }
    }

    fn found(folder: &str, dependency: &str, kind: DependencyKind, optional: bool) -> usize {
        let mut packages = vec![package(folder, &[(dependency, kind, optional)])];
        for other in [
            "shared/migration",
            "shared/mysql",
            "shared/lindorm",
            "shared/memory",
            "functions/precheck",
            "tests/servers",
            "infra/ferry",
        ] {
            if other != folder {
                packages.push(package(other, &[]));
            }
        }
        dependencies_point_inwards(&packages).len()
    }

    #[test]
    fn every_arrow_that_points_outwards_is_caught() {
        let normal = DependencyKind::Normal;
        for (folder, dependency) in [
            ("shared/migration", "mysql"),
            ("shared/migration", "tokio"),
            ("shared/mysql", "lindorm"),
            ("shared/mysql", "precheck"),
            ("shared/mysql", "servers"),
            ("shared/mysql", "ferry"),
            ("functions/chunk-copier", "precheck"),
            ("functions/chunk-copier", "mysql"),
            ("functions/chunk-copier", "memory"),
            ("infra/lindorm-local", "precheck"),
            ("tests/port-contracts", "precheck"),
            ("infra/ferry", "aws-sdk-sqs"),
            ("infra/ferry", "lambda_runtime"),
            ("infra/ferry", "mysql_async"),
        ] {
            assert_eq!(found(folder, dependency, normal, false), 1, "{folder} -> {dependency}");
        }
        assert_eq!(found("shared/migration", "memory", DependencyKind::Dev, false), 1);
        assert_eq!(found("functions/chunk-copier", "precheck", DependencyKind::Dev, false), 1);
    }

    #[test]
    fn arrows_that_point_inwards_are_free() {
        let normal = DependencyKind::Normal;
        for (folder, dependency, kind, optional) in [
            ("shared/migration", "serde", normal, false),
            ("shared/migration", "proptest", DependencyKind::Dev, false),
            ("shared/mysql", "migration", normal, false),
            ("shared/mysql", "mysql_async", normal, false),
            ("shared/mysql", "servers", DependencyKind::Dev, false),
            ("functions/chunk-copier", "migration", normal, false),
            ("functions/chunk-copier", "mysql", normal, true),
            ("functions/chunk-copier", "memory", DependencyKind::Dev, false),
            ("infra/ferry", "precheck", normal, false),
            ("tests/end-to-end", "ferry", normal, false),
            ("tests/simulation", "precheck", normal, false),
        ] {
            assert_eq!(found(folder, dependency, kind, optional), 0, "{folder} -> {dependency}");
        }
    }
}
