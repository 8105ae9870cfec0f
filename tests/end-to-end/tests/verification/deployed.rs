//! A task of a deployment is compared and repaired as one of a data folder: the records of a run that was carried out here
//! are put into a table of the kind that functions use.

use std::path::Path;

use aws::{Clients, DynamoTable, Place};
use clock::SystemClock;
use embedded::{QueueSettings, Store};
use migration::port::{CheckpointTable, Commit, Expect, Write};
use migration::record::{self, TaskHead};
use servers::Moto;

use crate::stage::{LindormClient, Task, lindorm, objects, run_sql};

const DATABASE: &str = "deployed";
const REGION: &str = "us-east-1";
/// Records of a transaction, small ones.
const AT_ONCE: usize = 50;

fn make_table(moto: &Moto) {
    let attribute = |name| serde_json::json!({ "AttributeName": name, "AttributeType": "S" });
    let key = |name, kind| serde_json::json!({ "AttributeName": name, "KeyType": kind });
    let table = serde_json::json!({
        "TableName": "ferry-checkpoints", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("pk"), attribute("sk")],
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
    });
    moto.call("dynamodb", "DynamoDB_20120810.CreateTable", &table.to_string()).expect("the table is made");
}

/// Copies all records of the task from its data folder.
async fn copy_records(data: &Path, task: &str, moto: &Moto) {
    let store = Store::open(data, SystemClock::new(), QueueSettings::new("test")).expect("the records open");
    let clients = Clients::at(&Place { url: moto.url(), region: REGION.to_owned() }).await;
    let table = DynamoTable::new(&clients, "ferry-checkpoints");
    let head = record::must_load::<TaskHead>(&store, &record::head(task)).await.expect("a head");
    let owner = format!("owner#127.0.0.1:{}", lindorm().port());
    for partition in [record::TASKS.to_owned(), record::run_partition(head.value.run), owner] {
        let records = store.range(&partition, "", None, 1_000).await.expect("the records are read");
        assert!(!records.is_empty(), "{partition}");
        for some in records.chunks(AT_ONCE) {
            let put = |record: &migration::port::Record| Write::Put {
                key: record.key.clone(),
                body: record.body.clone(),
                expect: Expect::Absent,
            };
            let writes = some.iter().map(put).collect();
            assert_eq!(table.commit(writes).await.expect("the records are stored"), Commit::Stored);
        }
    }
}

#[test]
fn a_task_of_a_deployment_is_shown_compared_and_repaired() {
    run_sql(&format!(
        "CREATE DATABASE {DATABASE}; USE {DATABASE}; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20));
         INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')"
    ));
    let task = Task::new("deployed", &objects(DATABASE, DATABASE), "");
    task.ferry("run", &[]).expect(0);
    let moto = Moto::start().expect("moto starts");
    make_table(&moto);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(copy_records(&task.path("data"), "deployed", &moto));

    let environment = [
        ("AWS_ENDPOINT_URL", moto.url()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "testing".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "testing".to_owned()),
    ];
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let ferry = |words: &[&str]| task.start_raw(&[words, &["--aws"]].concat(), &environment).wait();
    assert!(ferry(&["status", "deployed"]).expect(0).out.contains(": completed\n"));
    ferry(&["verify", "task.yaml"]).expect(0);

    let mut client = LindormClient::shared(DATABASE);
    client.run("DELETE FROM t WHERE id = 2");
    client.run("UPSERT INTO t (id, v) VALUES (3, 'wrong')");
    let differing = ferry(&["verify", "task.yaml"]).expect(4).out;
    assert!(
        differing.contains("1 rows missing on the target")
            && differing.contains("1 rows with different values")
    );
    ferry(&["verify", "task.yaml", "--repair"]).expect(0);
    assert!(ferry(&["verify", "task.yaml"]).expect(0).out.contains("equal: 1 tables, 3 rows compared"));
}

#[test]
fn a_plan_tells_what_a_move_would_cost_on_aws_by_the_size_of_its_tables() {
    run_sql(
        "CREATE DATABASE priced; USE priced; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200));
         INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
           SELECT i, REPEAT('x', 200) FROM n; ANALYZE TABLE t",
    );
    let task = Task::new("priced", &objects("priced", "priced"), "");
    task.follow();
    let told = task.ferry("plan", &["--aws"]).expect(0).out;
    for part in ["On AWS, with", "at 5 MB a second a copier: about $", " on arm64", "following: about $"] {
        assert!(told.contains(part), "{told}");
    }
    let estimate = &task.ferry("plan", &["--aws", "--json"]).expect(0).events("aws_estimate")[0];
    let usd = |rate: &str, architecture: &str| estimate[rate][architecture].as_f64().unwrap_or_default();
    assert!(usd("measured", "usd_arm64") > 0.0, "{estimate}");
    assert!(usd("measured", "usd_arm64") < usd("measured", "usd_x86_64"), "{estimate}");
    assert!(usd("measured", "usd_x86_64") <= usd("careful", "usd_x86_64"), "{estimate}");
    assert!(estimate["measured"]["usage"]["invocations"].as_u64() > Some(0), "{estimate}");
    let [continuous, each_minute] =
        ["usd_a_day", "usd_a_day_each_minute"].map(|key| estimate["following"][key].as_f64());
    assert!(each_minute > Some(0.0) && each_minute < continuous, "{estimate}");
    assert!(!task.ferry("plan", &[]).expect(0).out.contains("AWS"));
}
