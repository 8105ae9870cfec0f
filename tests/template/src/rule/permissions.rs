//! Who may do what: exactly what a function does, on what it does it to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fault::{Check, Faults};
use crate::rule::statement::Statement;
use crate::rule::{FUNCTIONS, Function, View};
use crate::value::{at, list, text, texts};

/// What Lambda needs to make a function's network interfaces; there is nothing to name before they are made.
const INTERFACES: [&str; 6] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];
/// What every function does with the table.
const TABLE: [&str; 5] = [
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
];
/// What Lambda does with a function's queue, and the function with its own message.
const RECEIVE: [&str; 4] =
    ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
/// Parts of the bucket that may be allowed by a pattern.
const FOLDERS: [&str; 2] = ["Bucket.Arn/tasks/*", "Bucket.Arn/batches/*"];

/// What one function does besides, by resource.
fn own(function: &Function) -> &'static [(&'static str, &'static str)] {
    match function.logical {
        "Precheck" => &[
            ("sqs:SendMessage", "PrecheckQueue.Arn"),
            ("sqs:SendMessage", "PlanQueue.Arn"),
            ("s3:GetObject", "Bucket.Arn/tasks/*"),
            ("s3:ListBucket", "Bucket.Arn"),
        ],
        "ChunkPlanner" => &[
            ("sqs:SendMessage", "PlanQueue.Arn"),
            ("sqs:SendMessage", "CopyQueue.Arn"),
            ("sqs:SendMessage", "ReadQueue.Arn"),
            ("sqs:GetQueueAttributes", "CopyQueue.Arn"),
        ],
        "ChunkCopier" => &[("sqs:SendMessage", "CopyQueue.Arn"), ("sqs:SendMessage", "PlanQueue.Arn")],
        "BinlogReader" => &[
            ("sqs:SendMessage", "ReadQueue.Arn"),
            ("sqs:SendMessage", "ChangesQueue.Arn"),
            ("sqs:SendMessage", "PlanQueue.Arn"),
            ("sqs:SendMessage", "PrecheckQueue.Arn"),
            ("sqs:SendMessage", "CopyQueue.Arn"),
            ("s3:PutObject", "Bucket.Arn/batches/*"),
        ],
        _ => &[
            ("sqs:SendMessage", "ReadQueue.Arn"),
            ("sqs:SendMessage", "PlanQueue.Arn"),
            ("sqs:SendMessage", "ChangesDeadQueue.Arn"),
            ("s3:GetObject", "Bucket.Arn/batches/*"),
            ("s3:DeleteObject", "Bucket.Arn/batches/*"),
            ("s3:ListBucket", "Bucket.Arn"),
        ],
    }
}

/// Which ends a function signs in to.
fn ends(function: &Function) -> &'static [&'static str] {
    match function.logical {
        "BinlogReader" => &["Source"],
        "EventApplier" => &["Target"],
        _ => &["Source", "Target"],
    }
}

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    for function in &FUNCTIONS {
        role(view, function, faults);
    }
    for (name, resource) in &view.resources {
        let attached = at(resource, &["Properties", "ManagedPolicyArns"]);
        let is_policy = text(at(resource, &["Type"])) == "AWS::IAM::ManagedPolicy";
        faults.expect(attached.is_null() && !is_policy, Check::NoManagedPolicy, name);
        for document in documents(resource) {
            for statement in Statement::of(document) {
                allowed(statement, name, faults);
            }
        }
    }
    queues(view, faults);
    bucket(view, faults);
}

/// All policies written into a resource, but who may take a role.
fn documents(resource: &Value) -> Vec<&Value> {
    let properties = at(resource, &["Properties"]);
    let inline =
        list(at(properties, &["Policies"])).into_iter().map(|policy| at(policy, &["PolicyDocument"]));
    let own = [at(properties, &["PolicyDocument"])];
    inline.chain(own).filter(|document| !document.is_null()).collect()
}

fn allowed(statement: Statement<'_>, place: &str, faults: &mut Faults) {
    if !statement.allows() {
        return;
    }
    let (actions, resources) = (statement.actions(), statement.resources());
    faults.expect(!actions.iter().any(|action| action.contains('*')), Check::NoWildcardAction, place);
    let is_for_interfaces = actions.iter().all(|action| INTERFACES.contains(&action.as_str()));
    let is_named = |resource: &String| !resource.contains('*') || FOLDERS.contains(&resource.as_str());
    let named = !resources.is_empty() && resources.iter().all(is_named);
    faults.expect(named || is_for_interfaces && resources == ["*"], Check::NoWildcardResource, place);
    let uses_key = actions.iter().any(|action| action.starts_with("kms:"));
    let through = texts(at(statement.condition(), &["StringEquals", "kms:ViaService"]));
    let is_service = |service: &String| service.ends_with(".AWS::Region.AWS::URLSuffix");
    let by_service = !through.is_empty() && through.iter().all(is_service);
    faults.expect(!uses_key || by_service, Check::KeysThroughServices, place);
}

fn role(view: &View<'_>, function: &Function, faults: &mut Faults) {
    let name = format!("{}Role", function.logical);
    let trust = Statement::of(view.property(&name, &["AssumeRolePolicyDocument"]));
    let by_lambda = json!({ "Service": "lambda.amazonaws.com" });
    let is_own = *view.property(function.logical, &["Role"]) == format!("{name}.Arn").as_str()
        && trust.len() == 1
        && trust.iter().all(|statement| *at(statement.0, &["Principal"]) == by_lambda);
    faults.expect(is_own, Check::OwnRole, function.logical);

    let mut found = BTreeSet::new();
    let none = Value::Null;
    let resources = [view.resources.get(&name).unwrap_or(&none), shared(view, &name).unwrap_or(&none)];
    for statement in resources.into_iter().flat_map(documents).flat_map(Statement::of) {
        for action in statement.actions() {
            let on = |resource| (action.clone(), resource);
            found.extend(statement.resources().into_iter().map(on));
        }
    }
    let expected = expected(view, function);
    let differing: Vec<_> = found.symmetric_difference(&expected).collect();
    faults.expect(differing.is_empty(), Check::Permissions, format!("{}: {differing:?}", function.logical));
}

/// The policy of all functions, where it is attached to the role.
fn shared<'a>(view: &'a View<'_>, role: &str) -> Option<&'a Value> {
    let attached = texts(view.property("SharedPolicy", &["Roles"]));
    view.resources.get("SharedPolicy").filter(|_| attached.iter().any(|name| name == role))
}

fn expected(view: &View<'_>, function: &Function) -> BTreeSet<(String, String)> {
    let mut expected = BTreeSet::new();
    let mut allow = |actions: &[&str], resource: &str| {
        expected.extend(actions.iter().map(|action| ((*action).to_owned(), resource.to_owned())));
    };
    allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &format!("{}Log.Arn", function.logical));
    allow(&RECEIVE, &format!("{}Queue.Arn", function.queue));
    allow(&TABLE, "Checkpoints.Arn");
    for (action, resource) in own(function) {
        allow(&[action], resource);
    }
    for end in ends(function) {
        let secrets = texts(&view.given(&format!("{end}SecretArns")));
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            allow(&["secretsmanager:GetSecretValue"], secret);
        }
    }
    let given = |parameter| text(&view.given(parameter));
    for (parameter, actions) in
        [("KmsKeyArn", &["kms:Decrypt", "kms:GenerateDataKey"][..]), ("SecretsKeyArn", &["kms:Decrypt"])]
    {
        if !given(parameter).is_empty() {
            allow(actions, &given(parameter));
        }
    }
    if view.given("SubnetIds") != json!([""]) {
        allow(&INTERFACES, "*");
    }
    expected
}

fn queues(view: &View<'_>, faults: &mut Faults) {
    let policies: Vec<_> = view.of_type("AWS::SQS::QueuePolicy").collect();
    for (queue, _) in view.of_type("AWS::SQS::Queue") {
        let names = |policy: &Value| texts(at(policy, &["Properties", "Queues"])).contains(queue);
        let covers = |statement: &Statement<'_>| {
            statement.demands_tls("sqs")
                && [vec!["*".to_owned()], vec![format!("{queue}.Arn")]].contains(&statement.resources())
        };
        let is_covered = policies.iter().filter(|(_, policy)| names(policy)).any(|(_, policy)| {
            documents(policy).into_iter().flat_map(Statement::of).any(|statement| covers(&statement))
        });
        faults.expect(is_covered, Check::QueuesByTls, queue);
    }
    for (name, policy) in policies {
        let statements = documents(policy).into_iter().flat_map(Statement::of);
        for statement in statements.filter(|statement| statement.allows()) {
            let rules = json!({ "aws:SourceArn": ["DroppedDocument.Arn", "SentDocument.Arn"] });
            let from_rules = *at(statement.0, &["Principal"]) == json!({ "Service": "events.amazonaws.com" })
                && statement.actions() == ["sqs:SendMessage"]
                && *at(statement.condition(), &["ArnEquals"]) == rules;
            faults.expect(from_rules, Check::QueueSenders, name);
        }
    }
}

fn bucket(view: &View<'_>, faults: &mut Faults) {
    let statements = Statement::of(view.property("BucketPolicy", &["PolicyDocument"]));
    let whole = ["Bucket.Arn".to_owned(), "Bucket.Arn/*".to_owned()];
    let refuses = |statement: &Statement<'_>| statement.demands_tls("s3") && statement.resources() == whole;
    let is_covered =
        *view.property("BucketPolicy", &["Bucket"]) == "Bucket" && statements.iter().any(refuses);
    faults.expect(is_covered, Check::BucketByTls, "BucketPolicy");
}
