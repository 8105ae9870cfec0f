//! A deployment without functions, and commands about it.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use servers::{LocalStack, Moto, Scratch};

/// One for all tests of this program; each has a stack of its own.
static SERVERS: OnceLock<(Moto, LocalStack)> = OnceLock::new();

fn servers() -> &'static (Moto, LocalStack) {
    SERVERS.get_or_init(|| {
        (Moto::start().expect("moto starts"), LocalStack::start().expect("LocalStack starts"))
    })
}

/// A stack's table and queues, and a folder for documents.
pub(crate) struct Deployment {
    stack: &'static str,
    folder: Scratch,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// The objects of `--json` whose event is this.
    pub(crate) fn events(&self, event: &str) -> Vec<serde_json::Value> {
        let lines = self.out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.filter(|value| value["event"] == event).collect()
    }
}

impl Deployment {
    /// Table and queues under the stack's names.
    pub(crate) fn of(stack: &'static str) -> Self {
        let (moto, local_stack) = servers();
        let attributes =
            r#"[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}]"#;
        let keys = r#"[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]"#;
        let table = format!(
            r#"{{"TableName":"{stack}-checkpoints","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":{attributes},"KeySchema":{keys}}}"#
        );
        moto.call("dynamodb", "DynamoDB_20120810.CreateTable", &table).expect("the table is made");
        for queue in ["precheck", "plan", "copy", "read"] {
            let queue = format!(r#"{{"QueueName":"{stack}-{queue}"}}"#);
            local_stack.call("AmazonSQS.CreateQueue", &queue).expect("a queue is made");
        }
        let fifo = format!(r#"{{"QueueName":"{stack}-changes.fifo","Attributes":{{"FifoQueue":"true"}}}}"#);
        local_stack.call("AmazonSQS.CreateQueue", &fifo).expect("the queue is made");
        Self { stack, folder: Scratch::new().expect("a folder") }
    }

    /// Writes a file beside the documents.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file");
    }

    /// The command about this deployment.
    pub(crate) fn ferry(&self, arguments: &[&str]) -> Ended {
        let stack = ["--aws", "--stack", self.stack];
        run(self.folder.path(), &[arguments, &stack].concat(), &[("AWS_REGION", "us-east-1")])
    }

    /// The bodies that wait in the queue that wakes precheck.
    pub(crate) fn waiting(&self) -> String {
        let (_, local_stack) = servers();
        let queue = format!(r#"{{"QueueName":"{}-precheck"}}"#, self.stack);
        let found = local_stack.call("AmazonSQS.GetQueueUrl", &queue).expect("the queue is there");
        let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
        let ask = format!(r#"{{"QueueUrl":{},"MaxNumberOfMessages":10}}"#, found["QueueUrl"]);
        local_stack.call("AmazonSQS.ReceiveMessage", &ask).expect("the queue is read")
    }

    /// A record as the table holds it.
    pub(crate) fn record(&self, partition: &str, sort: &str) -> String {
        let (moto, _) = servers();
        let key = format!(r#"{{"pk":{{"S":"{partition}"}},"sk":{{"S":"{sort}"}}}}"#);
        let ask = format!(r#"{{"TableName":"{}-checkpoints","Key":{key}}}"#, self.stack);
        moto.call("dynamodb", "DynamoDB_20120810.GetItem", &ask).expect("the table is read")
    }

    /// Stores a record as a function does.
    pub(crate) fn store(&self, partition: &str, sort: &str, body: &serde_json::Value) {
        let (moto, _) = servers();
        let body = serde_json::Value::from(body.to_string());
        let item = format!(
            r#"{{"pk":{{"S":"{partition}"}},"sk":{{"S":"{sort}"}},"b":{{"S":{body}}},"v":{{"N":"1"}},"w":{{"S":"test"}}}}"#
        );
        let ask = format!(r#"{{"TableName":"{}-checkpoints","Item":{item}}}"#, self.stack);
        moto.call("dynamodb", "DynamoDB_20120810.PutItem", &ask).expect("the record is stored");
    }
}

/// A secret with this text; its ARN.
pub(crate) fn make_secret(name: &str, text: &str) -> String {
    let (moto, _) = servers();
    let ask = serde_json::json!({ "Name": name, "SecretString": text, "ClientRequestToken": name.repeat(8) });
    let made =
        moto.call("secretsmanager", "secretsmanager.CreateSecret", &ask.to_string()).expect("it is made");
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    made["ARN"].as_str().expect("an ARN").to_owned()
}

/// A command with credentials, unless `environment` says otherwise, and nothing of this machine's profiles.
pub(crate) fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let (moto, local_stack) = servers();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, stderr } = command
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .env("AWS_ENDPOINT_URL", moto.url())
        .env("AWS_ENDPOINT_URL_SQS", local_stack.url())
        .envs(environment.iter().copied())
        .output()
        .expect("ferry starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// A document that functions can carry out, with these keys more.
pub(crate) fn document(name: &str, more: &str) -> String {
    format!(
        "name: {name}
source: {{ host: db.example, user: ferry, password: {{ secrets_manager: 'arn:aws:secretsmanager:us-east-1:1:secret:s' }} }}
target: {{ host: lindorm.example, user: root }}
migration: full
objects: [{{ database: shop }}]
{more}"
    )
}
