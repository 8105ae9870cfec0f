"""Starts moto's server on a port of the loopback, answering one request after the other: moto-one-at-a-time.py PORT

DynamoDB's transactions are serialisable. moto 5.2.5 keeps no locks: it takes a copy of the table, writes part by part,
and on a failed condition puts the copy back, together with what others wrote meanwhile. One request at a time gives
back what DynamoDB promises.
"""

import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

dispatcher = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def application(environ, start_response):
    with turn:
        # A list, so that the whole answer is made before the next request is looked at.
        return list(dispatcher(environ, start_response))


run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True)
