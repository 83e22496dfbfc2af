"""Holds a write lease (fcntl(2)) on the file that is named, until its standard input ends."""

import fcntl
import signal
import sys

# The kernel asks for the lease by this signal.
signal.signal(signal.SIGIO, lambda *_: print("asked for", flush=True))
file = open(sys.argv[1], "r+b")
try:
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
except OSError as error:
    sys.exit(print(error, flush=True))
print("held", flush=True)
sys.stdin.read()
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
