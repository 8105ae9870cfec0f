//! Ways in: documents dropped and sent, and the minute's tick.

use serde_json::json;

use crate::fault::{Check, Faults};
use crate::rule::View;
use crate::rule::statement::Statement;
use crate::value::{at, list};

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    let dropped = json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": { "name": ["Bucket"] },
            "object": { "key": [
                { "wildcard": "tasks/*.yaml" },
                { "wildcard": "tasks/*.yml" },
                { "wildcard": "tasks/*.json" },
            ] },
        },
    });
    let is_dropped = *view.property("DroppedDocument", &["EventPattern"]) == dropped
        && view.property("DroppedDocument", &["EventBusName"]).is_null();
    faults.expect(
        is_dropped && reaches_precheck(view, "DroppedDocument"),
        Check::DroppedDocuments,
        "DroppedDocument",
    );
    let sent = json!({ "source": ["ferry"], "detail-type": ["Task submitted"] });
    let is_sent = *view.property("SentDocument", &["EventPattern"]) == sent
        && *view.property("SentDocument", &["EventBusName"]) == "TaskBus"
        && *view.property("TaskBus", &["Name"]) == "AWS::StackName-tasks";
    faults.expect(is_sent && reaches_precheck(view, "SentDocument"), Check::SentDocuments, "SentDocument");
    undelivered(view, faults);
    tick(view, faults);
    faults.expect(
        ["Table", "Bucket", "TaskBus", "PrecheckQueue"]
            .iter()
            .all(|output| !at(view.deployment.template(), &["Outputs", output, "Value"]).is_null()),
        Check::Outputs,
        "Outputs",
    );
}

/// The rule has one target, and its queue takes what the rule sends.
fn reaches_precheck(view: &View<'_>, rule: &str) -> bool {
    let targets = list(view.property(rule, &["Targets"]));
    let takes = |policy: &str, queue: &str| {
        let statements = Statement::of(view.property(policy, &["PolicyDocument"]));
        *view.property(policy, &["Queues"]) == json!([queue])
            && statements
                .iter()
                .any(|statement| statement.allows() && statement.resources() == [format!("{queue}.Arn")])
    };
    targets.len() == 1
        && targets
            .iter()
            .all(|target| *at(target, &["Arn"]) == "PrecheckQueue.Arn" && target.get("InputPath").is_none())
        && takes("PrecheckQueuePolicy", "PrecheckQueue")
}

fn undelivered(view: &View<'_>, faults: &mut Faults) {
    let statements = Statement::of(view.property("PrecheckDeadQueuePolicy", &["PolicyDocument"]));
    let is_taken =
        statements.iter().any(|statement| statement.allows() && statement.actions() == ["sqs:SendMessage"]);
    for rule in ["DroppedDocument", "SentDocument"] {
        let aside = json!({ "Arn": "PrecheckDeadQueue.Arn" });
        let laid_aside = list(view.property(rule, &["Targets"]))
            .iter()
            .all(|target| *at(target, &["DeadLetterConfig"]) == aside);
        faults.expect(laid_aside && is_taken, Check::Undelivered, rule);
    }
}

fn tick(view: &View<'_>, faults: &mut Faults) {
    const TICK: &str = "BinlogReaderTick";
    let property = |keys: &[&str]| view.property(TICK, keys);
    let once = json!({ "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60 });
    let of_function = "BinlogReaderEventInvokeConfig";
    let is_once = *property(&["Target", "RetryPolicy"]) == once
        && *view.property(of_function, &["FunctionName"]) == "BinlogReader"
        && *view.property(of_function, &["MaximumRetryAttempts"]) == 0
        && *view.property(of_function, &["MaximumEventAgeInSeconds"]) == 60;
    faults.expect(is_once, Check::TickOnce, TICK);

    let policy = view.property("TickRole", &["Policies"]);
    let statements: Vec<_> =
        list(policy).into_iter().flat_map(|policy| Statement::of(at(policy, &["PolicyDocument"]))).collect();
    let may_only_tick = statements.len() == 1
        && statements.iter().all(|statement| {
            statement.actions() == ["lambda:InvokeFunction"] && statement.resources() == ["BinlogReader.Arn"]
        });
    let is_each_minute = *property(&["ScheduleExpression"]) == "rate(1 minute)"
        && *property(&["Target", "Arn"]) == "BinlogReader.Arn"
        && *property(&["Target", "RoleArn"]) == "TickRole.Arn"
        && *property(&["Target", "Input"]) == r#"{"version":1,"kind":"tick"}"#
        && *property(&["FlexibleTimeWindow", "Mode"]) == "OFF";
    faults.expect(is_each_minute && may_only_tick, Check::Tick, TICK);
}
