"""A client beside the uploads: what does it lose, and how long does it wait?"""

import time

import plain
from server import TimedClient

EVERY_S = 0.02
PATIENCE_S = 10


class PlainClient(TimedClient):
    """Asks for a small file every 20 ms on a connection that is kept alive. A request is timed from
    the moment it is due, so that those that a slow one holds up count as slow too."""

    def __init__(self, port, path, content):
        super().__init__()
        self.port = port
        self.text = plain.request(path)
        self.content = content
        self.client = None
        #: What came instead of the file, once for each request.
        self.failures = []

    def run(self):
        due = time.monotonic()
        while not self.ends.wait(max(0, due - time.monotonic())):
            try:
                failure = self.ask()
            except OSError as error:
                failure = error.strerror or str(error)
            if failure:
                self.failures.append(failure)
                self.leave()
            self.seconds.append(time.monotonic() - due)
            due += EVERY_S
        self.leave()

    def ask(self):
        """One request; an empty string if the file came."""
        if not self.client:
            self.client = plain.connect(self.port)
            self.client.settimeout(PATIENCE_S)
        status, head, body = plain.ask(self.client, self.text)
        if b"\r\nconnection: close" in head.lower():
            self.leave()
        if status != 200:
            return f"status {status}"
        return "" if body == self.content else "another body"

    def leave(self):
        if self.client:
            self.client.close()
        self.client = None
