//! The rules of the house that clippy cannot see, checked on the repository itself.
//!
//! Rules that nobody checks rot; these run with the ordinary tests. Each one also has a test that shows it biting.
//! Never loosened for one file: a file that cannot keep a rule is split, or the rule is discussed.
//!
//! Map: `repository` reads the files, `facts` reads one Rust file, `rule` holds one file a rule, `violation` is what
//! they find, `packages` reads the dependency graph.

mod facts;
mod packages;
mod repository;
pub mod rule;
mod violation;

pub use packages::{Dependency, DependencyKind, Package, PackagesError};
pub use repository::{File, Repository};
pub use violation::Violation;
