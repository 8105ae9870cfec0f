//! The functions themselves: what runs, for how long, with which settings, and where it logs.

use serde_json::{Value, json};

use crate::fault::{Check, Faults};
use crate::rule::{FUNCTIONS, Function, View};
use crate::value::{at, text};

/// Bytes all names and values of an environment may have.
const ENVIRONMENT_BYTES: usize = 4 << 10;

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    for function in &FUNCTIONS {
        runtime(view, function, faults);
        environment(view, function, faults);
        logging(view, function, faults);
        network(view, function, faults);
    }
    let count = view.of_type("AWS::Lambda::Function").count();
    faults.expect(
        count == FUNCTIONS.len(),
        Check::FunctionNames,
        format!("the template, with {count} functions"),
    );
}

fn runtime(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let property = |keys: &[&str]| view.property(function.logical, keys);
    let place = function.logical;
    let name = format!("AWS::StackName-{}", function.name);
    faults.expect(*property(&["FunctionName"]) == name.as_str(), Check::FunctionNames, place);
    let runs = *property(&["Runtime"]) == "provided.al2023"
        && *property(&["Handler"]) == "bootstrap"
        && *property(&["Architectures"]) == json!([view.given("Architecture")]);
    faults.expect(runs, Check::Runtime, place);
    let built = at(view.resources.get(place).unwrap_or(&Value::Null), &["Metadata"]);
    let how = json!({ "BuildMethod": "rust-cargolambda", "BuildProperties": { "Binary": function.name } });
    faults.expect(*built == how, Check::Build, place);
    faults.expect(*property(&["RecursiveLoop"]) == "Allow", Check::Loop, place);
    let template = view.deployment.template();
    let is_own = |property: &str, parameter: &str| {
        let written = at(template, &["Resources", place, "Properties", property]);
        *written == json!({ "Ref": format!("{}{parameter}", function.parameter) })
    };
    faults.expect(is_own("Timeout", "Timeout") && is_own("MemorySize", "Memory"), Check::Lifetime, place);
}

fn environment(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let variables = view.property(function.logical, &["Environment", "Variables"]);
    let place = function.logical;
    let is_continuous = view.given("ReaderMode") == "continuous";
    let expected = json!({
        "FERRY_STACK": "AWS::StackName",
        "FERRY_TABLE": "Checkpoints",
        "FERRY_BUCKET": "Bucket",
        "FERRY_QUEUE_PRECHECK": "PrecheckQueue",
        "FERRY_QUEUE_PLAN": "PlanQueue",
        "FERRY_QUEUE_COPY": "CopyQueue",
        "FERRY_QUEUE_READ": "ReadQueue",
        "FERRY_QUEUE_CHANGES": "ChangesQueue",
        "FERRY_QUEUE_CHANGES_DEAD": "ChangesDeadQueue",
        "FERRY_CHANGES_VISIBILITY_SECONDS": view.property("ChangesQueue", &["VisibilityTimeout"]),
        "FERRY_READER_SECONDS": view.given("ReaderSeconds"),
        "FERRY_READER_RENEWS": if is_continuous { "true" } else { "false" },
        "MYSQL_ASYNC_BUFFER_SIZE_CAP": "65536",
    });
    faults.expect(*variables == expected, Check::Environment, place);

    let Some(variables) = variables.as_object() else { return };
    let tells = |word: &str| {
        let word = word.to_ascii_lowercase();
        ["secret", "password", "{{resolve", "token"].iter().any(|part| word.contains(part))
    };
    let secret = variables.iter().find(|(name, value)| tells(name) || tells(&text(value)));
    faults.expect(secret.is_none(), Check::NoSecret, place);
    // A queue's URL is longer than the logical name that stands for it here.
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + text(value).len() + 160).sum();
    faults.expect(bytes < ENVIRONMENT_BYTES, Check::EnvironmentSize, format!("{place}, {bytes} bytes"));
}

fn logging(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let group = format!("{}Log", function.logical);
    let expected = json!({ "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": group });
    let logs = *view.property(function.logical, &["LoggingConfig"]) == expected
        && *view.property(&group, &["LogGroupName"])
            == format!("/aws/lambda/AWS::StackName-{}", function.name).as_str()
        && *view.property(&group, &["RetentionInDays"]) == view.given("LogRetentionDays");
    faults.expect(logs, Check::Logging, function.logical);
}

fn network(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let placed = view.property(function.logical, &["VpcConfig"]);
    let (subnets, groups) = (view.given("SubnetIds"), view.given("SecurityGroupIds"));
    let expected = if subnets == json!([""]) {
        Value::Null
    } else {
        json!({ "SubnetIds": subnets, "SecurityGroupIds": groups })
    };
    faults.expect(*placed == expected, Check::Network, function.logical);
}
