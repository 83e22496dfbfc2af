"""Holds a write lease on a file (fcntl(2), F_SETLEASE) until standard input ends, however much the kernel
asks for it: `held` and `released` on standard output. Without leases it says `impossible`."""

import fcntl
import os
import signal
import sys

# What the kernel asks with would end this process.
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
except OSError as error:
    print(f"impossible: {error}", flush=True)
    sys.exit()
print("held", flush=True)
sys.stdin.read()
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
print("released", flush=True)
