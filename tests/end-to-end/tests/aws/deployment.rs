//! A deployed stack with a source and a target of its own databases, and the `ferry` command pointed at it.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cloud::{Cloud, Counts, Endpoints, Plan, Stack};
use serde_json::{Value, json};
use servers::{LindormLocal, LocalStack, Moto, MysqlServer, Scratch, function_binaries};
use tokio::runtime::{Builder, Runtime};

use crate::aws::both_sides::{Side, differences};
use crate::aws::shop::{MARK, TABLES};
use crate::stage::{Ended, LindormClient, Running};

const TEMPLATE: &str = include_str!("../../../../template.yaml");
const REGION: &str = "us-east-1";
const SOURCE_PASSWORD: &str = "Password-of-the-source-1";
const TARGET_PASSWORD: &str = "Password-of-the-target-2";
/// Of accounts that are given another one.
const FORMER_PASSWORD: &str = "Password-of-both-ends-3";
const LATER_PASSWORD: &str = "Password-of-both-ends-4";
/// Far beyond what any scenario needs.
const PATIENCE: Duration = Duration::from_secs(240);

/// The shared source: every scenario has a database of its own.
pub(crate) fn source() -> &'static MysqlServer {
    static SERVER: OnceLock<MysqlServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = MysqlServer::builder().gtid(true).start().expect("MySQL starts");
        let user = format!(
            "CREATE USER mover IDENTIFIED BY '{SOURCE_PASSWORD}';
             GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO mover"
        );
        server.sql(&user).expect("a user is made");
        server
    })
}

fn target() -> &'static LindormLocal {
    static SERVER: OnceLock<LindormLocal> = OnceLock::new();
    SERVER.get_or_init(|| {
        let password = [("PASSWORD", TARGET_PASSWORD.to_owned())];
        LindormLocal::start_with(["--root-password-env", "PASSWORD"], password).expect("the stand-in starts")
    })
}

fn endpoints() -> Endpoints {
    static QUEUES: OnceLock<LocalStack> = OnceLock::new();
    static OTHERS: OnceLock<Moto> = OnceLock::new();
    let others = OTHERS.get_or_init(|| Moto::start().expect("moto starts")).url();
    let sqs = QUEUES.get_or_init(|| LocalStack::start().expect("LocalStack starts")).url();
    Endpoints { sqs, dynamodb: others.clone(), s3: others.clone(), secrets: others }
}

/// A user at both ends.
pub(crate) struct Account {
    name: String,
    secret: String,
}

impl Account {
    /// Changes its password at the source, and closes its sessions there.
    pub(crate) fn change_password_at_source(&self) {
        let changed = source().sql(&format!("ALTER USER {} IDENTIFIED BY '{LATER_PASSWORD}'", self.name));
        changed.expect("it is changed");
        self.close_sessions();
    }

    /// Changes its password at the target.
    pub(crate) fn change_password_at_target(&self) {
        let mut client = LindormClient::with_password(target(), "default", Some(TARGET_PASSWORD));
        client.run(&format!("ALTER USER {} SET PASSWORD = '{LATER_PASSWORD}'", self.name));
    }

    /// Takes from it the right to follow the log, and closes its sessions at the source.
    pub(crate) fn may_not_follow(&self) {
        source().sql(&format!("REVOKE REPLICATION SLAVE ON *.* FROM {}", self.name)).expect("it is revoked");
        self.close_sessions();
    }

    fn close_sessions(&self) {
        let ids = source()
            .sql(&format!("SELECT id FROM performance_schema.processlist WHERE user = '{}'", self.name));
        for id in ids.expect("sessions are listed").lines().filter(|id| id.parse::<u64>().is_ok()) {
            // It may have ended by itself.
            let _ = source().sql(&format!("KILL {id}"));
        }
    }
}

/// The tables of a database of the target.
pub(crate) fn tables_of_target(database: &str) -> Vec<String> {
    let mut client = LindormClient::with_password(target(), database, Some(TARGET_PASSWORD));
    client.rows("SHOW TABLES").into_iter().flatten().collect()
}

/// A stack that runs.
pub(crate) struct Deployment {
    pub(crate) cloud: Cloud,
    runtime: Runtime,
    stack: String,
    endpoints: Endpoints,
    secrets: [String; 2],
    folder: Scratch,
    words: AtomicUsize,
}

impl Deployment {
    /// Deploys the template with short timeouts and sets it to work, a tick each two seconds.
    pub(crate) fn start(stack: &str, seed: u64) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let endpoints = endpoints();
        let folder = Scratch::new().expect("a folder");
        let timeouts =
            [("Precheck", "20"), ("Planner", "6"), ("Copier", "6"), ("Reader", "8"), ("Applier", "6")];
        let mut parameters: BTreeMap<String, String> =
            timeouts.map(|(name, seconds)| (format!("{name}Timeout"), seconds.to_owned())).into();
        parameters.insert("ReaderSeconds".to_owned(), "5".to_owned());
        // Far less than six timeouts, so that what was killed comes again while the test waits.
        let line = |seconds: u64| json!({"Visibility": seconds + 1, "Late": seconds * 900});
        let mappings = json!({"Timeout": {"6": line(6), "8": line(8), "20": line(20)}});
        let stack_settings = Stack {
            name: stack.to_owned(),
            region: REGION.to_owned(),
            account: "000000000000".to_owned(),
            queues: endpoints.sqs.clone(),
            parameters,
            mappings,
        };
        let plan = Plan {
            template: TEMPLATE,
            stack: stack_settings,
            endpoints: endpoints.clone(),
            programs: &function_binaries().expect("the functions are built"),
            folder: folder.path(),
            seed,
        };
        let (cloud, secrets) = runtime.block_on(async {
            let mut cloud = Cloud::deploy(plan).await.expect("the stack is deployed");
            let mut secrets = Vec::new();
            for (end, password) in [("source", SOURCE_PASSWORD), ("target", TARGET_PASSWORD)] {
                let arn = cloud.create_secret(&format!("{stack}-{end}"), password).await;
                secrets.push(arn.expect("the secret is stored"));
            }
            cloud.start(Duration::from_secs(2));
            (cloud, secrets)
        });
        let secrets = <[String; 2]>::try_from(secrets).expect("two secrets");
        let (stack, words) = (stack.to_owned(), AtomicUsize::new(0));
        Self { cloud, runtime, stack, endpoints, secrets, folder, words }
    }

    /// A task document that moves a database under its name.
    pub(crate) fn document(&self, task: &str, mode: &str, database: &str) -> Value {
        let end = |port: u16, user: &str, secret: &str| {
            json!({"host": "127.0.0.1", "port": port, "user": user, "tls": {"mode": "disabled"},
                   "password": {"secrets_manager": secret}})
        };
        json!({
            "name": task,
            "source": end(source().port(), "mover", &self.secrets[0]),
            "target": end(target().port(), "root", &self.secrets[1]),
            "migration": mode,
            "objects": [{"database": database, "target": database}],
            "tuning": {"chunk_bytes": "64 KiB", "copiers": 2, "lanes": 4},
            "ignore": ["gtid_mode", "binlog_retention", "sync_binlog", "probe_stamp"],
        })
    }

    /// As [`document`](Self::document), with an account of its own at both ends and a secret for both.
    pub(crate) fn document_of(&self, account: &str, database: &str) -> (Value, Account) {
        let name = account.to_owned();
        let made = source().sql(&format!(
            "CREATE USER {name} IDENTIFIED BY '{FORMER_PASSWORD}';
             GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO {name}"
        ));
        made.expect("a user is made");
        let mut client = LindormClient::with_password(target(), "default", Some(TARGET_PASSWORD));
        client.run(&format!("CREATE USER {name} IDENTIFIED BY '{FORMER_PASSWORD}'"));
        client.run(&format!("GRANT ALL ON GLOBAL TO {name}"));
        let secret_name = format!("{}-{name}", self.stack);
        let secret = self.cloud.create_secret(&secret_name, FORMER_PASSWORD);
        let secret = self.runtime.block_on(secret).expect("the secret is stored");
        let mut document = self.document(&name, "full_and_incremental", database);
        for end in ["source", "target"] {
            document[end]["user"] = json!(name);
            document[end]["password"]["secrets_manager"] = json!(secret);
        }
        (document, Account { name, secret })
    }

    /// Gives the account's secret the password that its servers have by now.
    pub(crate) fn change_secret(&self, account: &Account) {
        let changed = self.cloud.change_secret(&account.secret, LATER_PASSWORD);
        self.runtime.block_on(changed).expect("the secret is changed");
    }

    /// Puts the document into the bucket and sends what EventBridge sends then.
    pub(crate) fn drop_document(&self, key: &str, document: &Value) {
        let bucket = &self.cloud.settings().buckets[0];
        let event = json!({
            "version": "0", "id": format!("{}-{key}", self.stack), "detail-type": "Object Created",
            "source": "aws.s3", "account": "000000000000", "time": "2026-01-01T00:00:00Z", "region": REGION,
            "resources": [format!("arn:aws:s3:::{bucket}")],
            "detail": {
                "version": "0", "bucket": {"name": bucket}, "reason": "PutObject",
                "object": {"key": key, "size": document.to_string().len(), "etag": "e", "sequencer": "1"},
                "request-id": "r", "requester": "000000000000", "source-ip-address": "127.0.0.1",
            },
        });
        self.runtime.block_on(async {
            self.cloud.put_object(bucket, key, document.to_string()).await.expect("the document is stored");
            self.send("precheck", &event.to_string()).await;
        });
    }

    /// Sends what EventBridge sends for a document that is the detail of an event.
    pub(crate) fn send_document(&self, document: &Value) {
        let event = json!({
            "version": "0", "id": format!("{}-event", self.stack), "detail-type": "Task submitted",
            "source": "ferry", "account": "000000000000", "time": "2026-01-01T00:00:00Z", "region": REGION,
            "resources": [], "detail": document,
        });
        self.runtime.block_on(self.send("precheck", &event.to_string()));
    }

    async fn send(&self, queue: &str, body: &str) {
        let queue = format!("{}-{queue}", self.stack);
        self.cloud.sqs().send(&queue, body, None).await.expect("the message is sent");
    }

    /// Sends a body to a queue, with group and deduplication id for a FIFO queue.
    pub(crate) fn send_body(&self, queue: &str, body: &str, fifo: Option<(&str, &str)>) {
        let queue = format!("{}-{queue}", self.stack);
        self.runtime.block_on(self.cloud.sqs().send(&queue, body, fifo)).expect("the message is sent");
    }

    /// How many messages a queue has.
    pub(crate) fn depth(&self, queue: &str) -> u64 {
        let queue = format!("{}-{queue}", self.stack);
        self.runtime.block_on(self.cloud.sqs().depth(&queue)).expect("the queue is there")
    }

    /// Whether a batch of changes lies in the bucket.
    pub(crate) fn has_batch(&self) -> bool {
        let bucket = &self.cloud.settings().buckets[0];
        self.runtime.block_on(self.cloud.has_object(bucket, "batches/")).expect("the bucket is listed")
    }

    /// Throws away every message of every queue.
    pub(crate) fn purge(&self) {
        for queue in &self.cloud.settings().queues {
            self.runtime.block_on(self.cloud.sqs().purge(&queue.name)).expect("the queue is purged");
        }
    }

    /// Runs `ferry VERB ... --aws --stack STACK` to its end.
    pub(crate) fn ferry(&self, arguments: &[&str]) -> Ended {
        let arguments = [arguments, &["--aws", "--stack", &self.stack]].concat();
        let variables = self.endpoints.variables(REGION);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let number = self.words.fetch_add(1, Ordering::Relaxed);
        Running::start(self.folder.path(), &format!("words-{number}"), &arguments, &variables).wait()
    }

    /// Compares both sides with `ferry verify`, which must find nothing.
    #[track_caller]
    pub(crate) fn verify(&self, document: &Value) {
        let file = self.folder.path().join("document.json");
        std::fs::write(&file, document.to_string()).expect("the document is written");
        self.ferry(&["verify", "document.json"]).expect(0);
    }

    /// What `ferry status` shows of a task; null where there is none yet.
    pub(crate) fn status(&self, task: &str) -> Value {
        let ended = self.ferry(&["status", task, "--json"]);
        let mut found = ended.events("run");
        if found.is_empty() { Value::Null } else { found.remove(0) }
    }

    /// Waits until there is a run of this task.
    #[track_caller]
    pub(crate) fn wait_for_submission(&self, task: &str) {
        let start = Instant::now();
        while self.status(task).is_null() {
            assert!(start.elapsed() < PATIENCE, "{}", self.last_words());
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits for a state; a failure of the run fails the test, with what the functions said.
    #[track_caller]
    pub(crate) fn wait_for_state(&self, task: &str, states: &[&str]) {
        let start = Instant::now();
        loop {
            let status = self.status(task);
            if states.iter().any(|state| status["state"] == *state) {
                return;
            }
            let is_over = status["state"] == "failed" || status["state"] == "precheck_failed";
            let late = is_over || start.elapsed() > PATIENCE;
            assert!(!late, "{status}\n{:#?}\n{}", self.findings(task), self.last_words());
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// What precheck found wrong.
    fn findings(&self, task: &str) -> Vec<Value> {
        let found = self.ferry(&["status", task, "--json"]).events("finding");
        found.into_iter().filter(|event| event["finding"]["level"] != "pass").collect()
    }

    /// Waits until both sides hold the same rows; `columns` of each of the shop's tables.
    #[track_caller]
    pub(crate) fn becomes_equal(&self, database: &str, columns: [&str; 3]) {
        let start = Instant::now();
        loop {
            let lines = self.differences(database, columns);
            if lines.is_empty() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{lines:#?}\n{}", self.last_words());
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// The first differences between both sides.
    pub(crate) fn differences(&self, database: &str, columns: [&str; 3]) -> Vec<String> {
        let from = Side { port: source().port(), user: "mover", password: Some(SOURCE_PASSWORD), hint: "" };
        let hint = "/*+ _l_allow_filtering_ */";
        let to = Side { port: target().port(), user: "root", password: Some(TARGET_PASSWORD), hint };
        self.runtime.block_on(async {
            let mut lines = Vec::new();
            for (table, columns) in TABLES.iter().zip(columns) {
                lines.extend(differences([&from, &to], [database, database], table, columns).await);
            }
            lines
        })
    }

    /// How the invocations of all functions ended.
    pub(crate) fn counts(&self) -> BTreeMap<String, Counts> {
        let functions = self.cloud.functions();
        functions.map(|function| (function.settings().name.clone(), function.counts())).collect()
    }

    /// No line of any function shows a cell or a secret, and each is JSON.
    #[track_caller]
    pub(crate) fn logs_are_clean(&self) {
        let mut lines = 0;
        for function in self.cloud.functions() {
            let (name, log) = (&function.settings().name, function.log().expect("a log"));
            for line in log.lines() {
                for secret in [MARK, SOURCE_PASSWORD, TARGET_PASSWORD, FORMER_PASSWORD, LATER_PASSWORD] {
                    assert!(!line.contains(secret), "{name} tells a value: {line}");
                }
                // A function that was killed may have written half a line.
                let is_json = serde_json::from_str::<Value>(line).is_ok();
                assert!(is_json || !line.ends_with('}'), "{name}: {line}");
                lines += 1;
            }
        }
        assert!(lines > 0, "the functions have said nothing");
    }

    /// Numbers and the ends of the logs, for a test that fails.
    pub(crate) fn last_words(&self) -> String {
        let mut words = format!("{:#?}\n", self.counts());
        for function in self.cloud.functions() {
            let log = function.log().unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n");
            words.push_str(&format!("--- {}\n{end}\n", function.settings().name));
        }
        words
    }
}
