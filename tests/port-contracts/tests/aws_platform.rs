//! The suite on AWS's interfaces: queues on LocalStack, table and objects on moto.
//!
//! Time is the real one here, so cases that let minutes pass are not run. Neither server is AWS: their throttling,
//! partial failures and scaling are shown elsewhere or not at all.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use aws::{DynamoTable, S3Objects, SqsQueues};
use migration::port::{Inbox, QueueName};
use port_contracts::{DeadLetter, ObjectPlatform, Platform};

use crate::aws_servers::{fresh_name, localstack, make_bucket, make_queues, make_table, moto};

/// Longer than any case takes.
const LONG: Duration = Duration::from_secs(600);

struct Aws {
    table: DynamoTable,
    queues: SqsQueues,
    dead: SqsQueues,
    /// What was found among the dead letters; a receive takes it from the others' sight.
    seen: Mutex<BTreeMap<QueueName, Vec<DeadLetter>>>,
}

impl Platform for Aws {
    const CASES: u32 = 5;
    type Table = DynamoTable;
    type Queue = SqsQueues;

    async fn fresh() -> Self {
        let (name, sqs) = (fresh_name(), localstack().await);
        make_table(&name);
        let dead = make_queues(&sqs, &name, Self::RECEIVES_MAX);
        let queues = SqsQueues::named(&sqs, &name).await.unwrap();
        Self { table: DynamoTable::new(&moto().await, name), queues, dead, seen: Mutex::default() }
    }

    fn table(&self) -> &DynamoTable {
        &self.table
    }

    fn queue(&self) -> &SqsQueues {
        &self.queues
    }

    async fn pass(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    async fn dead_letters(&self, queue: QueueName) -> Vec<DeadLetter> {
        let found = self.dead.receive(queue, 10, LONG).await.unwrap();
        // The count is started anew among the dead letters.
        let found = found.into_iter().map(|delivery| DeadLetter { body: delivery.body, receive_count: None });
        let mut seen = self.seen.lock().unwrap();
        let seen = seen.entry(queue).or_default();
        seen.extend(found);
        seen.clone()
    }
}

port_contracts::contract!(Aws);

mod objects {
    use super::{ObjectPlatform, S3Objects, fresh_name, make_bucket, moto};

    struct Bucket(S3Objects);

    impl ObjectPlatform for Bucket {
        type Objects = S3Objects;

        async fn fresh() -> Self {
            let name = fresh_name();
            make_bucket(&name);
            Self(S3Objects::new(&moto().await, name))
        }

        fn objects(&self) -> &S3Objects {
            &self.0
        }
    }

    port_contracts::contract_of_objects!(Bucket);
}
