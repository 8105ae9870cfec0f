//! Reads `template.yaml`: functions, their event sources, queues, tables, buckets.
//!
//! The template is read as it stands, because that is what is reviewed and deployed.
//! Everything is either taken, or listed here as of no consequence in the little cloud, or an error; nothing is left out
//! silently. Where the template leaves something open, AWS's own default counts.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::CloudError;
use crate::evaluation::{Evaluation, Physical, plain};
use crate::node::Node;
use crate::settings::{FunctionSettings, Mapping, QueueSettings, Schedule, Settings, TableSettings};

/// Where and under which name a template is deployed.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The stack's name.
    pub name: String,
    /// Region of names and clients.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// Where queues are, such as `http://127.0.0.1:4566`; a queue's URL is `QUEUES/ACCOUNT/NAME`.
    pub queues: String,
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// More lines of the template's mappings, so that tests can have shorter timeouts than the template offers.
    pub mappings: Value,
}

const FUNCTION: &str = "AWS::Serverless::Function";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const QUEUE: &str = "AWS::SQS::Queue";
const TABLE: &str = "AWS::DynamoDB::Table";
const BUCKET: &str = "AWS::S3::Bucket";

/// Resources without consequence here: who may do what, where logs go, what is watched, what the test sends itself.
const PASSED_OVER: [&str; 9] = [
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::Application",
];

/// What a function has that is without consequence here.
const FUNCTION_PASSED_OVER: [&str; 10] = [
    "Architectures",
    "CodeUri",
    "Description",
    "EventInvokeConfig",
    "Handler",
    "LoggingConfig",
    "RecursiveLoop",
    "Role",
    "Runtime",
    "VpcConfig",
];

/// What a queue has that `CreateQueue` is told.
const QUEUE_TAKEN: [&str; 5] =
    ["DeduplicationScope", "FifoQueue", "FifoThroughputLimit", "MessageRetentionPeriod", "VisibilityTimeout"];

/// What a queue has that the servers here do not do, or that is told otherwise.
const QUEUE_PASSED_OVER: [&str; 6] = [
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "QueueName",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
];

/// What a mapping has.
const MAPPING_TAKEN: [&str; 7] = [
    "BatchSize",
    "Enabled",
    "EventSourceArn",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "ScalingConfig",
];

/// Reads the template's text for a stack.
///
/// # Errors
/// [`CloudError::Template`] for whatever is not understood.
pub fn read_template(text: &str, stack: &Stack) -> Result<Settings, CloudError> {
    let template: Node = serde_saphyr::from_str(text)?;
    let pseudo = [
        ("AWS::StackName", stack.name.clone()),
        ("AWS::Region", stack.region.clone()),
        ("AWS::AccountId", stack.account.clone()),
        ("AWS::Partition", "aws".to_owned()),
        ("AWS::URLSuffix", "amazonaws.com".to_owned()),
    ];
    let pseudo = pseudo.map(|(name, value)| (name.to_owned(), Value::from(value)));
    let evaluation = Evaluation::new(&template, BTreeMap::from(pseudo), &stack.parameters, &stack.mappings)?;
    let mut reading = Reading { template: &template, stack, evaluation };
    let resources = reading.resources()?;
    for (logical_id, kind, node) in &resources {
        reading.name(logical_id, kind, node)?;
    }
    let mut settings = Settings::default();
    for (logical_id, kind, node) in &resources {
        match *kind {
            FUNCTION => settings.functions.push(reading.function(logical_id, node)?),
            QUEUE => settings.queues.push(reading.queue(logical_id, node)?),
            TABLE => settings.tables.push(reading.table(logical_id, node)?),
            MAPPING => settings.mappings.extend(reading.mapping(logical_id, node)?),
            _ => settings.buckets.push(reading.name_of(logical_id, "BucketName", node)?),
        }
    }
    settings.queues.sort_by_key(|queue| queue.attributes.contains_key("RedrivePolicy"));
    Ok(settings)
}

struct Reading<'t> {
    template: &'t Node,
    stack: &'t Stack,
    evaluation: Evaluation<'t>,
}

impl<'t> Reading<'t> {
    /// The resources that are acted on and whose conditions hold.
    fn resources(&self) -> Result<Vec<(&'t str, &'t str, &'t Node)>, CloudError> {
        let mut found = Vec::new();
        for (logical_id, node) in self.template.get("Resources").map_or(&[][..], Node::entries) {
            let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
            if PASSED_OVER.contains(&kind) {
                continue;
            }
            if ![FUNCTION, MAPPING, QUEUE, TABLE, BUCKET].contains(&kind) {
                return Err(CloudError::template(format!(
                    "{logical_id} is a {kind}, which is not known here"
                )));
            }
            if let Some(condition) = node.get("Condition").and_then(Node::text)
                && !self.evaluation.holds(condition)?
            {
                continue;
            }
            found.push((logical_id.as_str(), kind, node));
        }
        Ok(found)
    }

    fn name(&mut self, logical_id: &str, kind: &str, node: &Node) -> Result<(), CloudError> {
        let Stack { region, account, queues, .. } = self.stack;
        let property = match kind {
            FUNCTION => "FunctionName",
            QUEUE => "QueueName",
            TABLE => "TableName",
            BUCKET => "BucketName",
            _ => return Ok(()),
        };
        let name = self.name_of(logical_id, property, node)?;
        let place = format!("{region}:{account}");
        let (reference, arn) = match kind {
            FUNCTION => (name.clone(), format!("arn:aws:lambda:{place}:function:{name}")),
            QUEUE => (format!("{queues}/{account}/{name}"), format!("arn:aws:sqs:{place}:{name}")),
            TABLE => (name.clone(), format!("arn:aws:dynamodb:{place}:table/{name}")),
            _ => (name.clone(), format!("arn:aws:s3:::{name}")),
        };
        let mut attributes = BTreeMap::from([("Arn", arn)]);
        if kind == QUEUE {
            attributes.insert("QueueName", name);
        }
        self.evaluation.name(logical_id, Physical { reference, attributes });
        Ok(())
    }

    /// The name a resource gives itself, or one made of the stack's, as CloudFormation does.
    fn name_of(&self, logical_id: &str, property: &str, node: &Node) -> Result<String, CloudError> {
        let given = node.get("Properties").and_then(|properties| properties.get(property));
        given.map_or_else(
            || Ok(format!("{}-{logical_id}", self.stack.name).to_lowercase()),
            |given| self.evaluation.text(given),
        )
    }

    fn queue(&self, logical_id: &str, node: &Node) -> Result<QueueSettings, CloudError> {
        let mut attributes = BTreeMap::new();
        for (key, value) in node.get("Properties").map_or(&[][..], Node::entries) {
            if QUEUE_TAKEN.contains(&key.as_str()) {
                if let Some(value) = self.evaluation.value(value)? {
                    attributes.insert(key.clone(), plain(&value));
                }
            } else if key == "RedrivePolicy" {
                let policy = self.evaluation.value(value)?.unwrap_or_default();
                attributes.insert(key.clone(), policy.to_string());
            } else if !QUEUE_PASSED_OVER.contains(&key.as_str()) {
                return Err(CloudError::template(format!("{logical_id}: {key} is not known here")));
            }
        }
        Ok(QueueSettings { name: self.name_of(logical_id, "QueueName", node)?, attributes })
    }

    fn table(&self, logical_id: &str, node: &Node) -> Result<TableSettings, CloudError> {
        let name = self.name_of(logical_id, "TableName", node)?;
        let mut request = json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST"});
        for key in ["KeySchema", "AttributeDefinitions"] {
            let value = node.get("Properties").and_then(|properties| properties.get(key));
            let value = value.ok_or_else(|| CloudError::template(format!("{logical_id} has no {key}")))?;
            request[key] = self.evaluation.value(value)?.unwrap_or_default();
        }
        Ok(TableSettings { name, request })
    }

    /// A property of a function, or the one of all functions.
    fn of_function(&self, node: &'t Node, key: &str) -> Option<&'t Node> {
        let own = node.get("Properties").and_then(|properties| properties.get(key));
        own.or_else(|| self.template.get("Globals")?.get("Function")?.get(key))
    }

    fn function(&self, logical_id: &str, node: &'t Node) -> Result<FunctionSettings, CloudError> {
        const TAKEN: [&str; 6] = [
            "Environment",
            "Events",
            "FunctionName",
            "MemorySize",
            "ReservedConcurrentExecutions",
            "Timeout",
        ];
        let globals = self.template.get("Globals").and_then(|globals| globals.get("Function"));
        let properties = node.get("Properties").into_iter().chain(globals).flat_map(Node::entries);
        for (key, _) in properties {
            if !TAKEN.contains(&key.as_str()) && !FUNCTION_PASSED_OVER.contains(&key.as_str()) {
                return Err(CloudError::template(format!("{logical_id}: {key} is not known here")));
            }
        }
        let number = |key: &str| self.number(self.of_function(node, key));
        let build = node.get("Metadata").and_then(|metadata| metadata.get("BuildProperties"));
        let binary = build.and_then(|build| build.get("Binary"));
        let binary = binary.ok_or_else(|| CloudError::template(format!("{logical_id} names no Binary")))?;
        let mut function = FunctionSettings {
            name: self.name_of(logical_id, "FunctionName", node)?,
            binary: self.evaluation.text(binary)?,
            timeout: Duration::from_secs(number("Timeout")?.unwrap_or(3)),
            memory_mib: number("MemorySize")?.unwrap_or(128),
            reserved: number("ReservedConcurrentExecutions")?.map(small).transpose()?,
            environment: self.environment(node)?,
            schedules: Vec::new(),
        };
        for (name, event) in self.of_function(node, "Events").map_or(&[][..], Node::entries) {
            let properties = event.get("Properties").unwrap_or(&Node::Null);
            match event.get("Type").and_then(Node::text) {
                Some("ScheduleV2") => function.schedules.extend(self.schedule(name, properties)?),
                other => {
                    return Err(CloudError::template(format!(
                        "{logical_id}: event {name} of type {other:?}"
                    )));
                }
            }
        }
        Ok(function)
    }

    fn environment(&self, node: &'t Node) -> Result<BTreeMap<String, String>, CloudError> {
        let globals = self.template.get("Globals").and_then(|globals| globals.get("Function"));
        let own = node.get("Properties");
        let mut variables = BTreeMap::new();
        for properties in [globals, own].into_iter().flatten() {
            let given = properties.get("Environment").and_then(|environment| environment.get("Variables"));
            for (name, value) in given.map_or(&[][..], Node::entries) {
                if let Some(value) = self.evaluation.value(value)? {
                    variables.insert(name.clone(), plain(&value));
                }
            }
        }
        Ok(variables)
    }

    fn mapping(&self, logical_id: &str, node: &Node) -> Result<Option<Mapping>, CloudError> {
        let unknown = |what: &str| CloudError::template(format!("{logical_id}: {what} is not understood"));
        let properties = node.get("Properties").unwrap_or(&Node::Null);
        let stranger = properties.entries().iter().find(|(key, _)| !MAPPING_TAKEN.contains(&key.as_str()));
        if let Some((key, _)) = stranger {
            return Err(unknown(key));
        }
        let value = |key: &str| properties.get(key).map_or(Ok(None), |node| self.evaluation.value(node));
        let text = |key: &str| self.evaluation.text(properties.get(key).ok_or_else(|| unknown(key))?);
        if value("Enabled")?.is_some_and(|enabled| plain(&enabled) != "true") {
            return Ok(None);
        }
        let maximum = value("ScalingConfig")?.map(|scaling| plain(&scaling["MaximumConcurrency"]).parse());
        let reports_failures = match value("FunctionResponseTypes")? {
            None => false,
            Some(types) if types == json!(["ReportBatchItemFailures"]) => true,
            Some(types) if types == json!([]) => false,
            Some(_) => return Err(unknown("FunctionResponseTypes")),
        };
        let batch_size = self.number(properties.get("BatchSize"))?.unwrap_or(10);
        let window = self.number(properties.get("MaximumBatchingWindowInSeconds"))?.unwrap_or(0);
        Ok(Some(Mapping {
            function: text("FunctionName")?,
            queue: text("EventSourceArn")?.rsplit(':').next().unwrap_or_default().to_owned(),
            batch_size: usize::try_from(batch_size).map_err(|_| unknown("BatchSize"))?,
            window: Duration::from_secs(window),
            maximum_concurrency: maximum.transpose().map_err(|_| unknown("ScalingConfig"))?,
            reports_failures,
        }))
    }

    fn schedule(&self, name: &str, properties: &Node) -> Result<Option<Schedule>, CloudError> {
        let unknown = |what: &str| CloudError::template(format!("event {name}: {what} is not understood"));
        let text = |key: &str| properties.get(key).map(|node| self.evaluation.text(node)).transpose();
        if text("State")?.is_some_and(|state| state != "ENABLED") {
            return Ok(None);
        }
        let expression = text("ScheduleExpression")?.unwrap_or_default();
        let every = interval(&expression).ok_or_else(|| unknown(&expression))?;
        let input = text("Input")?.ok_or_else(|| unknown("no Input"))?;
        Ok(Some(Schedule { every, input }))
    }

    fn number(&self, node: Option<&Node>) -> Result<Option<u64>, CloudError> {
        let Some(value) = node.map_or(Ok(None), |node| self.evaluation.value(node))? else { return Ok(None) };
        let number = plain(&value).parse();
        number.map(Some).map_err(|_| CloudError::template(format!("{value} is no number")))
    }
}

fn small(number: u64) -> Result<u32, CloudError> {
    u32::try_from(number).map_err(|_| CloudError::template(format!("{number} is too large")))
}

/// `rate(1 minute)` and its like.
fn interval(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(count.parse::<u64>().ok()? * seconds))
}
