"""Opens N keep-alive connections, makes one request on each, leaves them idle, and prints what
the server's memory grew by.

    idle.py URL SERVER_PID N
"""

import os
import socket
import sys
import time
import urllib.parse


def memory(pid):
    """Private and resident memory of a process, in bytes (proc(5), smaps_rollup)."""
    sizes = {}
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        for line in lines:
            name, _, rest = line.partition(":")
            if rest.strip().endswith("kB"):
                sizes[name] = int(rest.split()[0]) * 1024
    return sizes


def cpu_seconds(pid):
    """User and system time of a process (proc(5), stat)."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(title, sizes):
    private = sizes["Private_Clean"] + sizes["Private_Dirty"]
    print(
        f"{title}: resident {sizes['Rss'] // 1024} KiB, proportional {sizes['Pss'] // 1024} KiB, "
        f"private dirty {sizes['Private_Dirty'] // 1024} KiB, private {private // 1024} KiB"
    )


def main():
    url = urllib.parse.urlsplit(sys.argv[1])
    pid, count = int(sys.argv[2]), int(sys.argv[3])
    request = f"GET {url.path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()

    def open_one():
        client = socket.create_connection((url.hostname, url.port))
        client.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < 1024:
            answer += client.recv(65536)
        return client

    at_start = memory(pid)
    show("at start", at_start)
    # The first connection brings in code and buffers that all later ones share.
    clients = [open_one()]
    before = memory(pid)
    clients += [open_one() for _ in range(count - 1)]
    after = memory(pid)
    show(f"with {count} idle connections", after)
    growth = (after["Private_Dirty"] - before["Private_Dirty"]) / (count - 1)
    print(f"bytes of private memory an idle connection: {growth:.1f}")
    spent = cpu_seconds(pid)
    # Whoever is idle for two seconds costs the server nothing but its deadlines.
    time.sleep(2)
    print(f"processor time of the server in 2 s with all idle: {cpu_seconds(pid) - spent:.2f} s")
    for client in clients:
        client.close()


main()
