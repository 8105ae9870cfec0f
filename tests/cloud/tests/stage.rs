//! A stack of one function, one queue and its dead letters, and what the function wrote down.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use cloud::{Cloud, Counts, Endpoints, Plan, Stack};
use serde_json::Value;
use servers::{LocalStack, Scratch};

const TEMPLATE: &str = include_str!("stack.yaml");

/// One for all tests of this program; each has queues of its own.
static LOCAL_STACK: OnceLock<LocalStack> = OnceLock::new();

/// A deployed stack of the test function.
pub(crate) struct Stage {
    pub(crate) cloud: Cloud,
    pub(crate) queue: String,
    dead: String,
    function: String,
    scratch: Scratch,
}

impl Stage {
    /// With parameters of `stack.yaml`; nothing runs yet.
    pub(crate) async fn new(name: &str, parameters: &[(&str, &str)]) -> Self {
        let sqs = LOCAL_STACK.get_or_init(|| LocalStack::start().unwrap()).url();
        let scratch = Scratch::new().unwrap();
        let parameters = parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let mut parameters: BTreeMap<String, String> = parameters.collect();
        parameters.insert("Record".to_owned(), scratch.path().join("record").display().to_string());
        let is_fifo = parameters.get("Fifo").is_some_and(|fifo| fifo == "true");
        let nowhere = "http://127.0.0.1:9".to_owned();
        let endpoints =
            Endpoints { sqs: sqs.clone(), dynamodb: nowhere.clone(), s3: nowhere.clone(), secrets: nowhere };
        let stack = Stack {
            name: name.to_owned(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            queues: sqs,
            parameters,
            mappings: Value::Null,
        };
        let program = PathBuf::from(env!("CARGO_BIN_EXE_cloud-test-function"));
        let plan = Plan {
            template: TEMPLATE,
            stack,
            endpoints,
            programs: &BTreeMap::from([("cloud-test-function".to_owned(), program)]),
            folder: scratch.path(),
            seed: 1,
        };
        let cloud = Cloud::deploy(plan).await.unwrap();
        let ending = if is_fifo { ".fifo" } else { "" };
        Self {
            cloud,
            queue: format!("{name}-work{ending}"),
            dead: format!("{name}-work-dead{ending}"),
            function: format!("{name}-worker"),
            scratch,
        }
    }

    /// Sends bodies to the standard queue.
    pub(crate) async fn send(&self, bodies: &[&str]) {
        for body in bodies {
            self.cloud.sqs().send(&self.queue, body, None).await.unwrap();
        }
    }

    /// What the function wrote down so far.
    pub(crate) fn notes(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.scratch.path().join("record")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Notes of messages with this body.
    pub(crate) fn notes_of(&self, body: &str) -> Vec<Value> {
        self.notes().into_iter().filter(|note| note["body"] == body).collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.cloud.function(&self.function).unwrap().counts()
    }

    pub(crate) fn log(&self) -> String {
        self.cloud.function(&self.function).unwrap().log().unwrap()
    }

    /// Waits until the queue is empty and so many messages are dead letters.
    #[track_caller]
    pub(crate) fn settled(&self, dead: u64) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let start = Instant::now();
            loop {
                let depth = self.cloud.sqs().depth(&self.queue).await.unwrap();
                let there = self.cloud.sqs().depth(&self.dead).await.unwrap();
                if (depth, there) == (0, dead) {
                    return;
                }
                let late = start.elapsed() > Duration::from_secs(30);
                assert!(!late, "{place}: {depth} messages wait, {there} dead letters: {:?}", self.notes());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The most invocations that went on at the same time, by what they wrote down.
pub(crate) fn most_at_once(notes: &[Value]) -> usize {
    let span = |note: &Value| (note["begun"].as_u64().unwrap(), note["ended"].as_u64().unwrap());
    let at = |moment: u64| {
        let of = notes.iter().filter(|note| (span(note).0..span(note).1).contains(&moment));
        of.map(|note| note["process"].as_u64()).collect::<std::collections::BTreeSet<_>>().len()
    };
    notes.iter().map(|note| at(span(note).0)).max().unwrap_or(0)
}
