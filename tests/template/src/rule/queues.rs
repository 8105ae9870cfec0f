//! Queues and their dead letters.

use serde_json::{Value, json};

use crate::fault::{Check, Faults};
use crate::rule::{FUNCTIONS, Function, View};
use crate::value::{at, list, number};

/// How long dead letters are kept, in seconds.
const DEAD_RETENTION: u64 = 14 * 24 * 60 * 60;
/// Bytes of a message.
const MESSAGE_BYTES: u64 = 1 << 20;

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    rows(view, faults);
    for function in &FUNCTIONS {
        source(view, function, faults);
        dead(view, function, faults);
    }
}

/// CloudFormation cannot multiply, so the template has a table, and a timeout must be one of its keys.
fn rows(view: &View<'_>, faults: &mut Faults) {
    let rows = at(view.deployment.template(), &["Mappings", "Timeout"]);
    for function in &FUNCTIONS {
        let parameter = format!("{}Timeout", function.parameter);
        let allowed = list(at(view.deployment.template(), &["Parameters", &parameter, "AllowedValues"]));
        faults.expect(!allowed.is_empty(), Check::VisibilityRows, &parameter);
        for seconds in allowed {
            let visibility = number(at(rows, &[&seconds.to_string(), "Visibility"]));
            let six_times = number(seconds).map(|seconds| 6 * seconds);
            let place = format!("{seconds} of {parameter}");
            faults.expect(visibility.is_some() && visibility == six_times, Check::VisibilityRows, place);
        }
    }
}

fn source(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let queue = format!("{}Queue", function.queue);
    let property = |keys: &[&str]| view.property(&queue, keys);
    let timeout = number(view.property(function.logical, &["Timeout"]));
    let visibility = number(property(&["VisibilityTimeout"]));
    let follows = visibility.is_some() && visibility == timeout.map(|seconds| 6 * seconds);
    faults.expect(follows, Check::Visibility, &queue);

    let receives = if function.is_fifo() { 1_000 } else { 5 };
    let redrive = property(&["RedrivePolicy"]);
    let counted = number(at(redrive, &["maxReceiveCount"]));
    faults.expect(counted == Some(receives), Check::ReceiveCount, &queue);
    let own = json!(format!("{}DeadQueue.Arn", function.queue));
    faults.expect(*at(redrive, &["deadLetterTargetArn"]) == own, Check::RedriveTarget, &queue);
    if function.is_fifo() {
        let by_group = *property(&["DeduplicationScope"]) == "messageGroup"
            && *property(&["FifoThroughputLimit"]) == "perMessageGroupId"
            && *property(&["FifoQueue"]) == true;
        faults.expect(by_group, Check::HighThroughput, &queue);
    }
    let name = format!("AWS::StackName-{}{}", function.queue_name, function.ending());
    faults.expect(*property(&["QueueName"]) == name.as_str(), Check::QueueNames, &queue);
    common(view, &queue, faults);
}

fn dead(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let queue = format!("{}DeadQueue", function.queue);
    let property = |keys: &[&str]| view.property(&queue, keys);
    let kept = number(property(&["MessageRetentionPeriod"]));
    let source_keeps =
        number(view.property(&format!("{}Queue", function.queue), &["MessageRetentionPeriod"]));
    let longer = source_keeps.is_some_and(|seconds| seconds < DEAD_RETENTION);
    faults.expect(kept == Some(DEAD_RETENTION) && longer, Check::DeadRetention, &queue);

    let is_fifo = *property(&["FifoQueue"]) == true;
    faults.expect(is_fifo == function.is_fifo(), Check::RedriveTarget, &queue);
    // By name, because the queue names its dead letters already, and a circle cannot be deployed.
    let only = format!(
        "arn:AWS::Partition:sqs:AWS::Region:AWS::AccountId:AWS::StackName-{}{}",
        function.queue_name,
        function.ending()
    );
    let allow = json!({ "redrivePermission": "byQueue", "sourceQueueArns": [only] });
    faults.expect(*property(&["RedriveAllowPolicy"]) == allow, Check::RedriveAllow, &queue);
    let name = format!("AWS::StackName-{}-dead{}", function.queue_name, function.ending());
    faults.expect(*property(&["QueueName"]) == name.as_str(), Check::QueueNames, &queue);
    common(view, &queue, faults);
}

fn common(view: &View<'_>, queue: &str, faults: &mut Faults) {
    let size = number(view.property(queue, &["MaximumMessageSize"]));
    faults.expect(size == Some(MESSAGE_BYTES), Check::MessageSize, queue);
    let key = view.given("KmsKeyArn");
    let (managed, own) =
        (view.property(queue, &["SqsManagedSseEnabled"]), view.property(queue, &["KmsMasterKeyId"]));
    let encrypted =
        if key == "" { *managed == true && own.is_null() } else { *own == key && *managed == Value::Null };
    faults.expect(encrypted, Check::QueueEncryption, queue);
}
