"""nginx and HAProxy in front of the same two nodes, and what each of them counts as a failure."""

import collections
import csv
import os
import re
import signal
import socket
import subprocess
import time

import plain

#: A proxy answers within so many seconds after its start, and after it was told to forget failures.
READY_S = 10

NGINX = """
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    add_header X-Node $upstream_addr always;
    upstream nodes {{
        server 127.0.0.1:{first} max_fails=1 fail_timeout=10s;
        server 127.0.0.1:{second} max_fails=1 fail_timeout=10s;
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        proxy_request_buffering {buffering};
        location / {{ proxy_pass http://nodes; }}
    }}
}}
"""

HAPROXY = """
global
    stats socket {folder}/haproxy.sock
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse always
frontend clients
    bind 127.0.0.1:{port}
    default_backend nodes
backend nodes
    option httpchk GET /
    http-response set-header X-Node %s
    default-server inter 200ms fall 1
    server first 127.0.0.1:{first} check
    server second 127.0.0.1:{second} check
"""


def free_port():
    """A port that is free now; the proxy takes it a moment later."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Proxy:
    """A proxy that runs in a folder of its own until `close`."""

    def __init__(self, folder, nodes, template, **values):
        self.folder = folder
        os.mkdir(folder)
        self.port = free_port()
        first, second = (node.port for node in nodes)
        text = template.format(folder=folder, port=self.port, first=first, second=second, **values)
        self.configuration = os.path.join(folder, "configuration")
        with open(self.configuration, "w") as file:
            file.write(text)
        with open(os.path.join(folder, "output"), "w") as output:
            self.process = subprocess.Popen(self.command(), stdout=output, stderr=output)
        try:
            self.await_both_nodes()
        except BaseException:
            self.close()
            raise

    def nodes_that_answer(self):
        """Which nodes eight requests through the proxy reach; a request that the proxy had to repeat
        at the other node names both, and counts for neither."""
        reached = set()
        for _ in range(8):
            try:
                status, head, _ = plain.ask_once(self.port, "small.txt")
            except OSError:
                continue
            if status == 200 and (name := re.search(rb"(?i)\r\nx-node: (\S+)\r\n", head)):
                reached.add(name[1])
        return len(reached)

    def await_both_nodes(self):
        end = time.monotonic() + READY_S
        while self.nodes_that_answer() != 2:
            if self.process.poll() is not None or time.monotonic() > end:
                with open(os.path.join(self.folder, "output")) as output:
                    raise RuntimeError(f"{self.name} does not serve: {output.read()}")
            time.sleep(0.05)
        self.forget()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Nginx(Proxy):
    def __init__(self, folder, nodes, buffering):
        self.name = "nginx, buffering" if buffering else "nginx, streaming"
        self.read = 0
        super().__init__(folder, nodes, NGINX, buffering="on" if buffering else "off")

    def command(self):
        log = os.path.join(self.folder, "nginx.log")
        return ["nginx", "-p", self.folder, "-c", self.configuration, "-e", log]

    def failures(self):
        """The lines of the error log since the last call; each is of level error or worse."""
        with open(os.path.join(self.folder, "nginx.log")) as log:
            log.seek(self.read)
            lines = log.read().splitlines()
            self.read = log.tell()
        return collections.Counter(map(essence, lines))

    def forget(self):
        self.failures()

    def recover(self):
        """Makes nginx forget that nodes have failed: its new worker knows nothing of it."""
        self.process.send_signal(signal.SIGHUP)
        # The old worker still accepts for a moment, and would answer for the new one.
        time.sleep(0.5)
        self.await_both_nodes()


class HAProxy(Proxy):
    name = "HAProxy"
    COUNTERS = ("econ", "eresp", "wretr", "wredis", "chkfail", "chkdown")

    def __init__(self, folder, nodes):
        self.before = collections.Counter()
        super().__init__(folder, nodes, HAPROXY)

    def command(self):
        return ["haproxy", "-db", "-f", self.configuration]

    def servers(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(os.path.join(self.folder, "haproxy.sock"))
            client.sendall(b"show stat\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        rows = csv.DictReader(text.removeprefix("# ").splitlines())
        return [row for row in rows if row["svname"] in ("first", "second")]

    def failures(self):
        """How much the counters have grown since the last call, and the servers that are not UP."""
        servers, now = self.servers(), collections.Counter()
        for server in servers:
            for counter in self.COUNTERS:
                now[counter] += int(server[counter] or 0)
        grown = now - self.before
        self.before = now
        grown.update(f"a server is {row['status']}" for row in servers if row["status"] != "UP")
        return grown

    def forget(self):
        self.failures()

    def recover(self):
        """The health checks bring the servers back by themselves."""
        self.await_both_nodes()


def essence(line):
    """What an nginx error line says, without time, numbers and client."""
    line = re.sub(r"^\S+ \S+ (\[\w+\]) \S+ (\*\d+ )?", r"\1 ", line)
    return re.sub(r", client: .*", "", line)
