//! What is looked at, by subject.

mod alarms;
mod entrances;
mod functions;
mod permissions;
mod queues;
mod sources;
mod state;
mod statement;

use serde_json::{Map, Value};

use crate::deployment::Deployment;
use crate::fault::{Check, Faults};
use crate::parameters::Given;
use crate::value::{at, text};

/// A function of a deployment, with what belongs to it.
pub(crate) struct Function {
    /// Logical name.
    pub(crate) logical: &'static str,
    /// Package, binary, and name behind the stack's.
    pub(crate) name: &'static str,
    /// Logical name of its queue without the ending `Queue`.
    pub(crate) queue: &'static str,
    /// The queue's name behind the stack's, without `.fifo`.
    pub(crate) queue_name: &'static str,
    /// What its parameters begin with.
    pub(crate) parameter: &'static str,
}

/// The five functions.
pub(crate) const FUNCTIONS: [Function; 5] = [
    function("Precheck", "precheck", "Precheck", "precheck", "Precheck"),
    function("ChunkPlanner", "chunk-planner", "Plan", "plan", "Planner"),
    function("ChunkCopier", "chunk-copier", "Copy", "copy", "Copier"),
    function("BinlogReader", "binlog-reader", "Read", "read", "Reader"),
    function("EventApplier", "event-applier", "Changes", "changes", "Applier"),
];

const fn function(
    logical: &'static str,
    name: &'static str,
    queue: &'static str,
    queue_name: &'static str,
    parameter: &'static str,
) -> Function {
    Function { logical, name, queue, queue_name, parameter }
}

impl Function {
    /// Whether its queue keeps order.
    pub(crate) fn is_fifo(&self) -> bool {
        self.queue == "Changes"
    }

    /// The ending of its queue's names.
    pub(crate) fn ending(&self) -> &'static str {
        if self.is_fifo() { ".fifo" } else { "" }
    }
}

/// What a rule looks at.
pub(crate) struct View<'a> {
    /// The template under its parameters.
    pub(crate) deployment: &'a Deployment<'a>,
    /// Its resources, resolved.
    pub(crate) resources: Map<String, Value>,
}

impl View<'_> {
    /// A property of a resource.
    pub(crate) fn property(&self, resource: &str, keys: &[&str]) -> &Value {
        let properties =
            self.resources.get(resource).map_or(&Value::Null, |found| at(found, &["Properties"]));
        at(properties, keys)
    }

    /// A parameter's value.
    pub(crate) fn given(&self, parameter: &str) -> Value {
        self.deployment.resolve(&serde_json::json!({ "Ref": parameter }))
    }

    /// Every resource of a type.
    pub(crate) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources.iter().filter(move |(_, resource)| text(at(resource, &["Type"])) == kind)
    }
}

/// Looks at a deployment: both templates as SAM expands them, the workspace's manifest, and what is given to parameters.
#[must_use]
pub fn look(template: &Value, watch: &Value, manifest: &str, given: Given) -> Faults {
    let mut faults = Faults::default();
    let deployment = Deployment::new(template, given);
    let view = View { resources: deployment.resources(), deployment: &deployment };
    queues::look(&view, &mut faults);
    sources::look(&view, &mut faults);
    functions::look(&view, &mut faults);
    permissions::look(&view, &mut faults);
    state::look(&view, &mut faults);
    entrances::look(&view, &mut faults);
    alarms::look(&view, watch, &mut faults);
    let release = manifest.split("[profile.release").nth(1).unwrap_or_default();
    faults.expect(release.contains("panic = \"unwind\""), Check::NoAbort, "[profile.release] of Cargo.toml");
    faults
}
