//! What must hold of a deployment, asserted over template.yaml as SAM expands it.
//!
//! No tool checks these: visibility against timeouts, redrive, partial batches, least privilege, what is retained, which
//! alarm treats missing data how. Each is a [`Check`], and each has been seen to fail: a test breaks the expanded template
//! once for every one of them and looks whether that check, by name, objects.
//!
//! Map: `expanded` gets the JSON, `deployment` resolves its functions (`Ref`, `If`, ...) for some parameters, `rule` looks
//! at what comes out, `fault` names what can be wrong.

mod deployment;
mod expanded;
mod fault;
mod parameters;
mod rule;
mod value;

pub use deployment::Deployment;
pub use expanded::{expand, repository_file};
pub use fault::{Check, Fault, Faults};
pub use parameters::{Given, defaults, everything_given};
pub use rule::look;
