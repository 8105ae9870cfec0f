"""Starts LocalStack so that only this machine reaches it, with its SQS brought closer to the real one.

LocalStack 4.7.0 differs from what AWS documents in five ways that tests would see. They are mended here before it
starts; everything else is LocalStack as it is.

- It listens on every interface whatever GATEWAY_LISTEN says, because it names its endpoint by the port alone.
- Its SQS takes 256 KiB a message and a batch; SQS takes 1 MiB since August 2025.
- It looks only once a second for messages whose visibility timeout or delay is over; SQS hands them out when they are.
- It deletes a message by a receipt that is no longer the newest; SQS does not, and says no error.
- It hands out a FIFO group again once one of its messages is given back; SQS waits until none is in flight.
"""

import functools

from twisted.internet import endpoints

endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")

from localstack.services.sqs import constants, models  # noqa: E402

constants.DEFAULT_MAXIMUM_MESSAGE_SIZE = 1 << 20


def in_time(receive):
    @functools.wraps(receive)
    def receive_what_is_due(queue, *arguments, **options):
        queue.requeue_inflight_messages()
        queue.enqueue_delayed_messages()
        result = receive(queue, *arguments, **options)
        with queue.mutex:
            for message, newest in zip(result.successful, result.receipt_handles):
                for stale in message.receipt_handles - {newest}:
                    queue.receipts.pop(stale, None)
                message.receipt_handles.intersection_update({newest})
        return result

    return receive_what_is_due


def blocked(put):
    @functools.wraps(put)
    def put_behind_others(queue, message):
        with queue.mutex:
            group = queue.get_message_group(message.message_group_id)
            others = (other for other in queue.inflight if other.message_group_id == message.message_group_id)
            if group in queue.inflight_groups and any(others):
                group.push(message)
            else:
                put(queue, message)

    return put_behind_others


models.FifoQueue._put_message = blocked(models.FifoQueue._put_message)
for queue_class in (models.StandardQueue, models.FifoQueue):
    queue_class.receive = in_time(queue_class.receive)

from localstack.runtime.main import main  # noqa: E402

main()
