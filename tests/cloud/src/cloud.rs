//! A stack that runs: its queues, tables and buckets on servers, its functions as processes, its event sources at work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::aws_http::AwsHttp;
use crate::error::CloudError;
use crate::event_source::EventSource;
use crate::fault::{Chance, Faults};
use crate::function::Function;
use crate::settings::{QueueSettings, Settings};
use crate::sqs::Sqs;
use crate::template::{Stack, read_template};

/// Where the services are.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// SQS.
    pub sqs: String,
    /// DynamoDB.
    pub dynamodb: String,
    /// S3.
    pub s3: String,
    /// Secrets Manager.
    pub secrets: String,
}

impl Endpoints {
    /// The variables of the SDK that lead there, with credentials that are none.
    #[must_use]
    pub fn variables(&self, region: &str) -> BTreeMap<String, String> {
        let given = [
            ("AWS_REGION", region),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL_SQS", &self.sqs),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_S3", &self.s3),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets),
        ];
        given.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }
}

/// What a stack is made of.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The text of the template.
    pub template: &'a str,
    /// Name, region and parameters.
    pub stack: Stack,
    /// The services.
    pub endpoints: Endpoints,
    /// Where the program of a name is.
    pub programs: &'a BTreeMap<String, PathBuf>,
    /// Where logs are written.
    pub folder: &'a Path,
    /// Of the faults.
    pub seed: u64,
}

/// A deployed stack; its processes end with this value.
#[derive(Debug)]
pub struct Cloud {
    settings: Settings,
    functions: BTreeMap<String, Arc<Function>>,
    sqs: Sqs,
    stack: Stack,
    endpoints: Endpoints,
    chance: Arc<Chance>,
    at_work: JoinSet<()>,
}

impl Cloud {
    /// Creates everything; nothing is invoked yet.
    ///
    /// # Errors
    /// Where the template is not understood, a server refuses, or a program is missing.
    pub async fn deploy(plan: Plan<'_>) -> Result<Self, CloudError> {
        let Plan { template, stack, endpoints, programs, folder, seed } = plan;
        let settings = read_template(template, &stack)?;
        settings.check()?;
        let chance = Arc::new(Chance::new(seed));
        let mut platform = endpoints.variables(&stack.region);
        for (name, value) in
            [("TZ", ":UTC"), ("LANG", "en_US.UTF-8"), ("PATH", "/usr/local/bin:/usr/bin:/bin")]
        {
            platform.insert(name.to_owned(), value.to_owned());
        }
        let mut functions = BTreeMap::new();
        for function in &settings.functions {
            let program = programs.get(&function.binary).cloned();
            let program = program
                .ok_or_else(|| CloudError::template(format!("no program {} was given", function.binary)))?;
            let made = Function::new(function.clone(), program, &platform, folder, Arc::clone(&chance));
            functions.insert(function.name.clone(), Arc::new(made));
        }
        let sqs = Sqs::new(&endpoints.sqs, &stack.region, &stack.account);
        for queue in &settings.queues {
            sqs.create(queue).await?;
        }
        let dynamodb = AwsHttp::new(&endpoints.dynamodb, "dynamodb", &stack.region);
        for table in &settings.tables {
            dynamodb.call("DynamoDB_20120810.CreateTable", &table.request).await?;
        }
        let s3 = AwsHttp::new(&endpoints.s3, "s3", &stack.region);
        for bucket in &settings.buckets {
            s3.request(Method::PUT, &format!("/{bucket}"), &[], Vec::new().into()).await?;
        }
        Ok(Self { settings, functions, sqs, stack, endpoints, chance, at_work: JoinSet::new() })
    }

    /// Sets event sources and schedules to work; a schedule comes each `tick` in place of its own interval.
    pub fn start(&mut self, tick: Duration) {
        for mapping in &self.settings.mappings {
            let Some(function) = self.functions.get(&mapping.function) else { continue };
            let Stack { region, account, .. } = &self.stack;
            let queue = self.settings.queues.iter().find(|queue| queue.name == mapping.queue);
            let source = EventSource {
                mapping: mapping.clone(),
                is_fifo: queue.is_some_and(QueueSettings::is_fifo),
                arn: format!("arn:aws:sqs:{region}:{account}:{}", mapping.queue),
                region: region.clone(),
                function: Arc::clone(function),
                sqs: self.sqs.clone(),
                chance: Arc::clone(&self.chance),
            };
            self.at_work.spawn(Arc::new(source).poll());
        }
        for function in self.functions.values() {
            for schedule in function.settings().schedules.clone() {
                let function = Arc::clone(function);
                self.at_work.spawn(async move { repeat(&function, &schedule.input, tick).await });
            }
        }
    }

    /// Ends event sources and schedules at once; what was received comes again when its visibility is over.
    pub async fn stop(&mut self) {
        self.at_work.shutdown().await;
    }

    /// What goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.chance.set(faults);
    }

    /// What the template says.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The functions.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.functions.values()
    }

    /// A function by its name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.get(name)
    }

    /// The queues.
    #[must_use]
    pub fn sqs(&self) -> &Sqs {
        &self.sqs
    }

    /// Stores a secret; its ARN.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn create_secret(&self, name: &str, value: &str) -> Result<String, CloudError> {
        let http = AwsHttp::new(&self.endpoints.secrets, "secretsmanager", &self.stack.region);
        let token = uuid::Uuid::new_v4().to_string();
        let body = json!({"Name": name, "SecretString": value, "ClientRequestToken": token});
        let answer = http.call("secretsmanager.CreateSecret", &body).await?;
        Ok(answer["ARN"].as_str().unwrap_or_default().to_owned())
    }

    /// Gives a secret another value.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn change_secret(&self, arn: &str, value: &str) -> Result<(), CloudError> {
        let http = AwsHttp::new(&self.endpoints.secrets, "secretsmanager", &self.stack.region);
        let token = uuid::Uuid::new_v4().to_string();
        let body = json!({"SecretId": arn, "SecretString": value, "ClientRequestToken": token});
        http.call("secretsmanager.PutSecretValue", &body).await.map(drop)
    }

    /// Whether the bucket has an object whose key begins so.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn has_object(&self, bucket: &str, prefix: &str) -> Result<bool, CloudError> {
        let http = AwsHttp::new(&self.endpoints.s3, "s3", &self.stack.region);
        let path = format!("/{bucket}?list-type=2&max-keys=1&prefix={prefix}");
        let listed = http.request(Method::GET, &path, &[], Bytes::new()).await?;
        Ok(String::from_utf8_lossy(&listed).contains("<Key>"))
    }

    /// Stores an object.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn put_object(&self, bucket: &str, key: &str, body: String) -> Result<(), CloudError> {
        let http = AwsHttp::new(&self.endpoints.s3, "s3", &self.stack.region);
        http.request(Method::PUT, &format!("/{bucket}/{key}"), &[], body.into()).await.map(drop)
    }
}

/// Invokes the function at an interval, asynchronously and without trying again.
async fn repeat(function: &Arc<Function>, input: &str, tick: Duration) {
    let mut ticks = interval_at(Instant::now() + tick, tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut under_way = JoinSet::new();
    loop {
        ticks.tick().await;
        while under_way.try_join_next().is_some() {}
        let (function, input) = (Arc::clone(function), input.to_owned());
        under_way.spawn(async move { drop(function.invoke(input).await) });
    }
}
