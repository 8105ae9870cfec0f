//! Dead letters by hand, for a FIFO queue whose bound of receives would keep a group waiting for too long.

use migration::port::{PortError, QueueName, Surface};

use crate::classify::failed;
use crate::queues::SqsQueues;

/// The group of what was put there by hand: order means nothing among dead letters.
const GROUP: &str = "buried";

impl SqsQueues {
    /// Puts a message into the dead letters at this URL, once for each id within five minutes.
    ///
    /// # Errors
    /// [`PortError`] where the queue cannot be reached, or does not take it.
    pub async fn bury(&self, dead_letters: &str, body: &str, id: &str) -> Result<(), PortError> {
        self.units.queue_request(QueueName::Changes, body.len());
        let request = self.client.send_message().queue_url(dead_letters).message_body(body);
        let request = request.message_group_id(GROUP).message_deduplication_id(id);
        request.send().await.map_err(|error| failed(Surface::Queue, "SendMessage", &error))?;
        Ok(())
    }
}
