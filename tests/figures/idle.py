"""The growth of the server's memory per keep-alive client that is idle after one request."""

import time

import plain
import processes
from server import Server

#: The first connections load code and buffers that all later ones share.
FIRST = 64
#: Memory grows in steps: another number of clients gives another figure.
COUNT = 15_000


def bytes_each(site, binary):
    """Bytes of private memory for each of COUNT idle clients, more or less than a page."""
    server = Server(site, binary, ("--quiet",))
    first = plain.hold(server.port, FIRST, "1k.bin")
    before = processes.memory(server.pid())["Private"]
    clients = plain.hold(server.port, COUNT, "1k.bin")
    # Until then the log may hold memory for as many rows again.
    time.sleep(2)
    grown = processes.memory(server.pid())["Private"] - before
    for client in first + clients:
        client.close()
    server.stop()
    return grown / COUNT
