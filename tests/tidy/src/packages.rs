//! The packages of the workspace and what they depend on, as cargo sees them.
//!
//! `cargo metadata` is asked instead of reading manifests, so that inherited and renamed dependencies are seen as they are.
//! Never resolves versions: only the direct dependencies matter here.

use std::process::Command;
use std::{env, io};

use serde_json::Value;

use crate::repository::top;

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DependencyKind {
    /// The library or program itself.
    Normal,
    /// Only its tests.
    Dev,
    /// Its build script.
    Build,
}

/// One direct dependency.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Name of the package it points to.
    pub name: String,
    /// What it is needed for.
    pub kind: DependencyKind,
    /// Whether a feature must ask for it.
    pub optional: bool,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder from the top of the repository, such as `shared/mysql`.
    pub folder: String,
    /// Its direct dependencies.
    pub dependencies: Vec<Dependency>,
}

/// The packages could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PackagesError {
    /// Cargo could not be run.
    #[error("cannot run cargo metadata")]
    Run(#[from] io::Error),
    /// Cargo refused.
    #[error("cargo metadata failed: {0}")]
    Refused(String),
    /// Cargo's answer is not what it documents.
    #[error("cargo metadata answered something unexpected")]
    Answer,
}

impl Package {
    /// All packages of this workspace.
    ///
    /// # Errors
    /// Fails when cargo does.
    pub fn ours() -> Result<Vec<Self>, PackagesError> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
            .current_dir(top())
            .output()?;
        if !output.status.success() {
            return Err(PackagesError::Refused(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let answer: Value = serde_json::from_slice(&output.stdout).map_err(|_| PackagesError::Answer)?;
        let root = answer.get("workspace_root").and_then(Value::as_str).ok_or(PackagesError::Answer)?;
        let packages = answer.get("packages").and_then(Value::as_array).ok_or(PackagesError::Answer)?;
        packages.iter().map(|package| read(package, root).ok_or(PackagesError::Answer)).collect()
    }
}

fn read(package: &Value, root: &str) -> Option<Package> {
    let manifest = package.get("manifest_path")?.as_str()?;
    let folder = manifest.strip_prefix(root)?.strip_prefix('/')?.strip_suffix("/Cargo.toml")?;
    let dependencies = package.get("dependencies")?.as_array()?;
    let dependencies = dependencies.iter().map(read_dependency).collect::<Option<Vec<_>>>()?;
    Some(Package { name: package.get("name")?.as_str()?.to_owned(), folder: folder.to_owned(), dependencies })
}

fn read_dependency(dependency: &Value) -> Option<Dependency> {
    let kind = match dependency.get("kind")?.as_str() {
        None => DependencyKind::Normal,
        Some("dev") => DependencyKind::Dev,
        Some("build") => DependencyKind::Build,
        Some(_) => return None,
    };
    let name = dependency.get("name")?.as_str()?.to_owned();
    Some(Dependency { name, kind, optional: dependency.get("optional")?.as_bool()? })
}
