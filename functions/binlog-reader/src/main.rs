//! The binlog-reader on AWS Lambda.

use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use lambda::{Function, Work};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

struct BinlogReader;

impl Function for BinlogReader {
    const NAME: &'static str = "binlog-reader";
    const QUEUE: QueueName = QueueName::Read;

    async fn handle(&self, work: &Work<'_>, message: Message) -> Result<Outcome, HandlerError> {
        let Message::Read { run } = message else { return Err(lambda::misdirected(Self::NAME)) };
        let (stall_patience, renews) = (work.changes_visibility() * 2, work.reader_renews());
        let reader = Reader {
            records: work.records(),
            queue: work.queue(),
            objects: work.objects(),
            log: &work.source().await?,
            images: &mysql::Images,
            clock: work.clock(),
            target_name: work.target_name(),
            pace: ReaderPace { stall_patience, renews, ..ReaderPace::default() },
        };
        reader.handle(run, work.budget()).await
    }
}

fn main() -> Result<(), lambda::Error> {
    lambda::run(BinlogReader)
}
