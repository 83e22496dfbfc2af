"""Idle clients beside a server, in a separate process with its own limit of descriptors."""

import os
import subprocess
import sys

from servers import LOAD_CPU

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "idle_clients.py")


class IdleClients:
    """`count` idle clients, open until `close`."""

    def __init__(self, server, count):
        self.process = subprocess.Popen(
            ["taskset", "-c", LOAD_CPU, sys.executable, SCRIPT, str(server.port), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self.process.stdout.readline() != "open\n":
            self.close()
            raise RuntimeError(f"{server.name} did not keep {count} idle clients")

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
