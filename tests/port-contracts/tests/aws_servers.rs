//! One LocalStack and one moto for all tests of this program, and deployments on them under names of their own.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use aws::{Clients, Place, QueueUrls, SqsQueues};
use migration::port::QueueName;
use servers::{LocalStack, Moto};

/// SQS.
static LOCALSTACK: LazyLock<LocalStack> = LazyLock::new(|| LocalStack::start().expect("LocalStack starts"));
/// DynamoDB, S3 and Secrets Manager.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start().expect("moto starts"));

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name that nobody else has.
pub(crate) fn fresh_name() -> String {
    format!("suite{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// Clients of a server at this URL.
pub(crate) async fn clients_at(url: String) -> Clients {
    Clients::at(&Place { url, region: "us-east-1".to_owned() }).await
}

/// Where moto is.
pub(crate) fn moto_url() -> String {
    MOTO.url()
}

/// Where LocalStack is.
pub(crate) fn localstack_url() -> String {
    LOCALSTACK.url()
}

/// Clients of moto.
pub(crate) async fn moto() -> Clients {
    clients_at(MOTO.url()).await
}

/// Clients of LocalStack.
pub(crate) async fn localstack() -> Clients {
    clients_at(LOCALSTACK.url()).await
}

/// Makes a checkpoint table as the template does.
pub(crate) fn make_table(name: &str) {
    let request = format!(
        r#"{{"TableName":"{name}","BillingMode":"PAY_PER_REQUEST",
            "KeySchema":[{{"AttributeName":"pk","KeyType":"HASH"}},{{"AttributeName":"sk","KeyType":"RANGE"}}],
            "AttributeDefinitions":[{{"AttributeName":"pk","AttributeType":"S"}},
                                    {{"AttributeName":"sk","AttributeType":"S"}}]}}"#
    );
    MOTO.call("dynamodb", "DynamoDB_20120810.CreateTable", &request).expect("a table is made");
}

/// Stores up to 25 records of the partition `p`, by sort key and JSON body, without the adapter: moto copies the whole table
/// for each of its transactions.
pub(crate) fn fill_table(name: &str, records: impl Iterator<Item = (String, String)>) {
    let puts: Vec<String> = records
        .map(|(sort, body)| {
            let body = body.replace('"', "\\\"");
            format!(
                r#"{{"PutRequest":{{"Item":{{"pk":{{"S":"p"}},"sk":{{"S":"{sort}"}},"b":{{"S":"{body}"}},
                    "v":{{"N":"1"}},"w":{{"S":"none"}}}}}}}}"#
            )
        })
        .collect();
    let request = format!(r#"{{"RequestItems":{{"{name}":[{}]}}}}"#, puts.join(","));
    MOTO.call("dynamodb", "DynamoDB_20120810.BatchWriteItem", &request).expect("records are stored");
}

/// Makes a bucket.
pub(crate) fn make_bucket(name: &str) {
    MOTO.make_bucket(name).expect("a bucket is made");
}

/// Puts an object of any key.
pub(crate) fn put_object(bucket: &str, key: &str, text: &str) {
    MOTO.put_object(bucket, key, text).expect("an object is put");
}

/// Makes or changes a secret.
pub(crate) fn call_secrets(action: &str, name: &str, text: &str) {
    let member = if action == "CreateSecret" { "Name" } else { "SecretId" };
    let text = text.replace('"', "\\\"");
    let request =
        format!(r#"{{"{member}":"{name}","SecretString":"{text}","ClientRequestToken":"{}"}}"#, token());
    MOTO.call("secretsmanager", &format!("secretsmanager.{action}"), &request).expect("a secret is stored");
}

/// A token of the length Secrets Manager demands.
fn token() -> String {
    format!("{:0>36}", fresh_name())
}

/// Makes a stack's queues as the template does, with dead letters after so many deliveries; the dead-letter queues.
pub(crate) fn make_queues(clients: &Clients, stack: &str, receives_max: u32) -> SqsQueues {
    let make = |name: &str, attributes: &str| {
        let request = format!(r#"{{"QueueName":"{name}","Attributes":{{{attributes}}}}}"#);
        let answer = LOCALSTACK.call("AmazonSQS.CreateQueue", &request).expect("a queue is made");
        answer.split('"').nth(3).expect("the answer is an object of one member").to_owned()
    };
    let both = |queue: QueueName| {
        let kind = if queue.is_fifo() { r#","FifoQueue":"true""# } else { "" };
        let limit = format!(r#""MaximumMessageSize":"1048576"{kind}"#);
        let dead = format!("{stack}-{}", queue.as_str().replace(".fifo", "-dead.fifo"));
        let dead = if queue.is_fifo() { dead } else { format!("{dead}-dead") };
        let dead_url = make(&dead, &limit);
        let redrive = format!(
            r#"{{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:{dead}\",\"maxReceiveCount\":\"{receives_max}\"}}"#
        );
        make(&format!("{stack}-{queue}"), &format!(r#"{limit},"RedrivePolicy":"{redrive}""#));
        dead_url
    };
    let [precheck, plan, copy, read, changes] = QueueName::ALL.map(both);
    SqsQueues::new(clients, QueueUrls { precheck, plan, copy, read, changes })
}
