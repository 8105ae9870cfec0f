//! Event sources: which queue feeds which function, and how.

use serde_json::json;

use crate::fault::{Check, Faults};
use crate::rule::{FUNCTIONS, Function, View};
use crate::value::{at, number};

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    for function in &FUNCTIONS {
        let name = format!("{}Source", function.logical);
        mapping(view, &name, function, faults);
    }
    let count = view.of_type(MAPPING).count();
    faults.expect(
        count == FUNCTIONS.len(),
        Check::SourceOfEach,
        format!("the template, with {count} sources"),
    );
}

fn mapping(view: &View<'_>, name: &str, function: &Function, faults: &mut Faults) {
    let property = |keys: &[&str]| view.property(name, keys);
    let queue = json!(format!("{}Queue.Arn", function.queue));
    let fed = *property(&["FunctionName"]) == function.logical
        && *property(&["EventSourceArn"]) == queue
        && property(&["FilterCriteria"]).is_null()
        && property(&["Enabled"]).is_null();
    faults.expect(fed, Check::SourceOfEach, name);
    let one_by_one = *property(&["FunctionResponseTypes"]) == json!(["ReportBatchItemFailures"]);
    faults.expect(one_by_one, Check::PartialBatches, name);
    let size = if function.is_fifo() { 10 } else { 1 };
    faults.expect(number(property(&["BatchSize"])) == Some(size), Check::BatchSize, name);
    faults.expect(property(&["MaximumBatchingWindowInSeconds"]).is_null(), Check::NoWindow, name);
    concurrency(view, name, function, faults);
}

fn concurrency(view: &View<'_>, name: &str, function: &Function, faults: &mut Faults) {
    let parameter = format!("{}MaximumConcurrency", function.parameter);
    let template = view.deployment.template();
    let written = at(template, &["Resources", name, "Properties", "ScalingConfig", "MaximumConcurrency"]);
    let least = number(at(template, &["Parameters", &parameter, "MinValue"]));
    let bounded = *written == json!({ "Ref": parameter }) && least.is_some_and(|least| least >= 2);
    faults.expect(bounded, Check::Concurrency, name);

    // Else pollers fetch what is then throttled, and good messages are laid aside.
    let most = number(view.property(name, &["ScalingConfig", "MaximumConcurrency"]));
    let reserved = view.property(function.logical, &["ReservedConcurrentExecutions"]);
    let enough = reserved.is_null() || (most.is_some() && number(reserved) >= most);
    faults.expect(enough, Check::Reserved, function.logical);
}
