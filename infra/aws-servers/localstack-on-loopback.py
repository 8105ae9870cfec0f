"""Starts LocalStack so that only this machine reaches it, with SQS's real limit of a message.

LocalStack 4.7.0 listens on every interface whatever GATEWAY_LISTEN says, because it names its endpoint by the port
alone. And its SQS still takes 256 KiB a message and a batch; SQS takes 1 MiB since August 2025. Both are set here
before LocalStack reads them; everything else is LocalStack as it is.
"""

import functools

from twisted.internet import endpoints

endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")

from localstack.services.sqs import constants  # noqa: E402

constants.DEFAULT_MAXIMUM_MESSAGE_SIZE = 1 << 20

from localstack.runtime.main import main  # noqa: E402

main()
