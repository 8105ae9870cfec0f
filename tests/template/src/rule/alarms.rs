//! Alarms and the dashboard, which are a nested stack.

use serde_json::{Map, Value, json};

use crate::deployment::Deployment;
use crate::fault::{Check, Faults};
use crate::parameters::Given;
use crate::rule::{FUNCTIONS, View};
use crate::value::{at, list, number, text};

pub(crate) fn look(view: &View<'_>, watch: &Value, faults: &mut Faults) {
    let handed = view.property("Watch", &["Parameters"]).as_object().cloned().unwrap_or_default();
    handover(&handed, watch, faults);
    let given: Given = handed.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    let deployment = Deployment::new(watch, given);
    let watched = View { resources: deployment.resources(), deployment: &deployment };
    dead_letters(&watched, faults);
    tasks(view, &watched, faults);
    functions(view, &watched, faults);
    table(&watched, faults);
    for (name, alarm) in watched.of_type(ALARM) {
        common(&watched, name, alarm, faults);
    }
    dashboard(&watched, faults);
}

const ALARM: &str = "AWS::CloudWatch::Alarm";

fn handover(handed: &Map<String, Value>, watch: &Value, faults: &mut Faults) {
    let asked = at(watch, &["Parameters"]).as_object();
    let same = asked.is_some_and(|asked| asked.keys().eq(handed.keys()));
    faults.expect(same && handed.get("Stack") == Some(&json!("AWS::StackName")), Check::Handover, "Watch");
}

/// An alarm of one metric: what it looks at.
fn dimension(name: &str, value: &str) -> Value {
    json!([{ "Name": name, "Value": value }])
}

fn dead_letters(watched: &View<'_>, faults: &mut Faults) {
    for function in &FUNCTIONS {
        let alarm = format!("{}DeadAlarm", function.queue);
        let property = |keys: &[&str]| watched.property(&alarm, keys);
        let queue = format!("AWS::StackName-{}-dead{}", function.queue_name, function.ending());
        let raised = *property(&["Namespace"]) == "AWS/SQS"
            && *property(&["MetricName"]) == "ApproximateNumberOfMessagesVisible"
            && *property(&["Dimensions"]) == dimension("QueueName", &queue)
            && is_above(watched, &alarm, 0);
        faults.expect(raised, Check::DeadLetterAlarms, alarm);
    }
}

fn is_above(watched: &View<'_>, alarm: &str, threshold: u64) -> bool {
    *watched.property(alarm, &["ComparisonOperator"]) == "GreaterThanThreshold"
        && number(watched.property(alarm, &["Threshold"])) == Some(threshold)
        && number(watched.property(alarm, &["EvaluationPeriods"])).is_some_and(|periods| periods <= 5)
}

fn tasks(view: &View<'_>, watched: &View<'_>, faults: &mut Faults) {
    let lag = number(&view.given("LagAlarmSeconds")).unwrap_or_default();
    for (alarm, metric, threshold) in [
        ("LagAlarm", "LagSeconds", lag),
        ("RunFailedAlarm", "RunFailed", 0),
        ("ReaderNotRunningAlarm", "ReaderNotRunning", 0),
    ] {
        let query =
            format!("SELECT MAX({metric}) FROM SCHEMA(Ferry, Stack, Task) WHERE Stack = 'AWS::StackName'");
        let metrics = json!([{ "Id": "worst", "Expression": query, "Period": 60, "ReturnData": true }]);
        let raised = *watched.property(alarm, &["Metrics"]) == metrics && is_above(watched, alarm, threshold);
        faults.expect(raised, Check::TaskAlarms, alarm);
    }
    let property = |keys: &[&str]| watched.property("TicksMissingAlarm", keys);
    let beats = *property(&["Namespace"]) == "Ferry"
        && *property(&["MetricName"]) == "Ticks"
        && *property(&["Dimensions"]) == dimension("Stack", "AWS::StackName")
        && *property(&["ComparisonOperator"]) == "LessThanThreshold"
        && *property(&["Threshold"]) == 1
        && *property(&["Statistic"]) == "Sum";
    faults.expect(beats, Check::Heartbeat, "TicksMissingAlarm");
}

/// What a sum over single metrics adds up: namespace, metric, and the value of the one dimension.
fn added(watched: &View<'_>, alarm: &str) -> Vec<(String, String, String)> {
    let metrics = list(watched.property(alarm, &["Metrics"]));
    let is_sum = |metric: &&Value| *at(metric, &["Expression"]) == "SUM(METRICS())";
    if metrics.iter().filter(|metric| is_sum(metric)).count() != 1 {
        return Vec::new();
    }
    let single = |metric: &&Value| {
        let of = at(metric, &["MetricStat", "Metric"]);
        let dimension = list(at(of, &["Dimensions"])).into_iter().next().unwrap_or(&Value::Null);
        (text(at(of, &["Namespace"])), text(at(of, &["MetricName"])), text(at(dimension, &["Value"])))
    };
    metrics.iter().filter(|metric| !is_sum(metric)).map(single).collect()
}

fn functions(view: &View<'_>, watched: &View<'_>, faults: &mut Faults) {
    for (alarm, metric) in [
        ("ErrorsAlarm", "Errors"),
        ("ThrottlesAlarm", "Throttles"),
        ("RecursionAlarm", "RecursiveInvocationsDropped"),
    ] {
        let of = |name: &str| ("AWS/Lambda".to_owned(), metric.to_owned(), format!("AWS::StackName-{name}"));
        let all = FUNCTIONS.iter().map(|function| of(function.name)).collect::<Vec<_>>();
        let raised = added(watched, alarm) == all && is_above(watched, alarm, 0);
        faults.expect(raised, Check::FunctionAlarms, alarm);
    }
    for function in &FUNCTIONS {
        let alarm = format!("{}LateAlarm", function.logical);
        let property = |keys: &[&str]| watched.property(&alarm, keys);
        // Half of what a function keeps free before its end.
        let timeout = number(view.property(function.logical, &["Timeout"])).unwrap_or_default() * 1_000;
        let late = timeout - (timeout / 6).clamp(1_000, 15_000) / 2;
        let raised = *property(&["MetricName"]) == "Duration"
            && *property(&["Statistic"]) == "Maximum"
            && *property(&["Dimensions"])
                == dimension("FunctionName", &format!("AWS::StackName-{}", function.name))
            && is_above(watched, &alarm, late);
        faults.expect(raised, Check::LateAlarms, alarm);
    }
}

fn table(watched: &View<'_>, faults: &mut Faults) {
    let of = |metric: &str| ("AWS/DynamoDB".to_owned(), metric.to_owned(), "Checkpoints".to_owned());
    let both = [of("ReadThrottleEvents"), of("WriteThrottleEvents")];
    let raised = added(watched, "TableThrottlesAlarm") == both && is_above(watched, "TableThrottlesAlarm", 0);
    faults.expect(raised, Check::TableAlarm, "TableThrottlesAlarm");
}

fn common(watched: &View<'_>, name: &str, alarm: &Value, faults: &mut Faults) {
    let silence = if name == "TicksMissingAlarm" { "breaching" } else { "notBreaching" };
    let property = |keys: &[&str]| at(at(alarm, &["Properties"]), keys);
    faults.expect(*property(&["TreatMissingData"]) == silence, Check::MissingData, name);
    let topic = watched.given("AlarmTopicArn");
    let told = if topic == "" { Value::Null } else { json!([topic]) };
    let tells = *property(&["AlarmActions"]) == told && *property(&["OKActions"]) == told;
    faults.expect(tells, Check::AlarmActions, name);
}

fn dashboard(watched: &View<'_>, faults: &mut Faults) {
    let body = text(watched.property("Dashboard", &["DashboardBody"]));
    let widgets = serde_json::from_str::<Value>(&body).ok();
    let shows = |name: &str| body.contains(&format!("\"AWS::StackName-{name}\""));
    let all = FUNCTIONS.iter().all(|function| {
        shows(function.name)
            && shows(&format!("{}{}", function.queue_name, function.ending()))
            && shows(&format!("{}-dead{}", function.queue_name, function.ending()))
    });
    let is_readable = widgets.is_some_and(|widgets| list(at(&widgets, &["widgets"])).len() >= 10);
    faults.expect(is_readable && all && body.contains("LagSeconds"), Check::Dashboard, "Dashboard");
}
