//! What the suite does not ask of AWS's stores: many records, objects by any key, secrets, and what is billed.

use aws::{Consumed, DynamoTable, S3Objects, Secrets, SqsQueues};
use migration::port::{CheckpointTable, Expect, Outgoing, Queue, QueueName, RecordKey, Write};
use migration::record;
use migration::retry::{Effect, Retry};

use crate::aws_proxy::{Act, Proxy};
use crate::aws_servers::{
    call_secrets, clients_at, fill_table, fresh_name, localstack, make_bucket, make_queues, make_table, moto,
    moto_url, put_object,
};

/// Several pages of a server's own, and several of `load_all`. moto takes a minute of a core for 10,000, so not more.
const RECORDS: u32 = 2_000;

fn put(sort: &str, body: String) -> Write {
    let key = RecordKey { partition: "p".to_owned(), sort: sort.to_owned() };
    Write::Put { key, body, expect: Expect::Absent }
}

#[tokio::test]
async fn more_records_than_any_page_holds_are_loaded_in_order() {
    let name = fresh_name();
    make_table(&name);
    let table = DynamoTable::new(&moto().await, name.clone());
    let numbers: Vec<u32> = (0..RECORDS).collect();
    for numbers in numbers.chunks(25) {
        fill_table(
            &name,
            numbers.iter().map(|number| (format!("r#{number:05}"), format!("\"{number:01000}\""))),
        );
    }
    table.commit(vec![put("q", "1".to_owned()), put("s", "1".to_owned())]).await.unwrap();
    let loaded = record::load_all::<String>(&table, "p", "r#").await.unwrap();
    let found: Vec<u32> = loaded.iter().map(|(_, stored)| stored.value.parse().unwrap()).collect();
    assert_eq!(found, numbers);
    for (after, expected) in [("q", 3), ("r#", 3), ("r#01998", 1), ("r#99999", 0), ("s", 0), ("zz", 0)] {
        let found = table.range("p", "r#", Some(after), 3).await.unwrap();
        assert_eq!(found.len(), expected, "after {after}");
    }
}

#[tokio::test]
async fn calls_are_counted_as_they_are_billed() {
    let name = fresh_name();
    make_table(&name);
    let (clients, sqs) = (moto().await, localstack().await);
    let table = DynamoTable::new(&clients, name.clone());
    table.commit(vec![put("a", "x".repeat(3_000)), put("b", "x".to_owned())]).await.unwrap();
    let written = Consumed { table_writes: 2 * (3 + 1), ..Consumed::default() };
    assert_eq!(clients.units.take(), written);
    table.get(&RecordKey { partition: "p".to_owned(), sort: "a".to_owned() }).await.unwrap();
    assert_eq!(clients.units.take(), Consumed { table_reads: 1, ..Consumed::default() });
    make_queues(&sqs, &name, 3);
    let queues = SqsQueues::named(&sqs, &name).await.unwrap();
    assert_eq!(sqs.units.take(), Consumed { queue_requests: 5, fifo_requests: 1, ..Consumed::default() });
    let messages: Vec<Outgoing> = (0..3).map(|_| Outgoing::plain("x".repeat(40_000))).collect();
    queues.send(QueueName::Copy, &messages).await.unwrap();
    assert_eq!(sqs.units.take(), Consumed { queue_requests: 2, ..Consumed::default() });
}

#[tokio::test]
async fn any_object_of_the_bucket_is_read_up_to_a_bound() {
    let name = fresh_name();
    make_bucket(&name);
    put_object(&name, "tasks/one.yaml", "version: 1\n");
    let objects = S3Objects::new(&moto().await, name);
    assert_eq!(objects.read("tasks/one.yaml", 11).await.unwrap(), Some(b"version: 1\n".to_vec()));
    assert_eq!(objects.read("tasks/two.yaml", 11).await.unwrap(), None);
    let error = objects.read("tasks/one.yaml", 10).await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Never, Effect::None));
    let error = S3Objects::new(&moto().await, "no-such-bucket").read("a", 10).await.unwrap_err();
    assert_eq!(error.retry, Retry::Operator, "{error:?}");
}

#[tokio::test]
async fn a_secret_is_kept_until_it_is_forgotten_and_read_in_both_forms() {
    let name = fresh_name();
    call_secrets("CreateSecret", &name, "first");
    let clients = moto().await;
    let secrets = Secrets::new(&clients);
    for _ in 0..3 {
        assert_eq!(secrets.get(&name).await.unwrap(), "first");
    }
    assert_eq!(clients.units.take().secret_reads, 1);
    call_secrets("PutSecretValue", &name, r#"{"username":"u","password":"second"}"#);
    assert_eq!(secrets.clone().get(&name).await.unwrap(), "first");
    secrets.forget(&name);
    assert_eq!(secrets.get(&name).await.unwrap(), "second");
    assert_eq!(format!("{secrets:?}"), "Secrets { .. }");
    let error = secrets.get("no-such-secret").await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Operator, Effect::None), "{error:?}");
}

#[tokio::test]
async fn an_answer_with_a_secret_that_cannot_be_read_is_not_shown_in_the_error() {
    let proxy = Proxy::before(&moto_url(), &["GetSecretValue"]).await;
    let cut = r#"{"Name":"n","SecretString":"hunter2","VersionId":"#;
    proxy.script((0..9).map(|_| Act::Answer(200, cut.to_owned())));
    let error = Secrets::new(&clients_at(proxy.url()).await).get("n").await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Now, Effect::Unknown));
    assert!(!format!("{error:?} {error} {}", error.cause.as_ref().unwrap()).contains("hunter2"));
}
