"""Servers to measure: millpond, its peers, and the floor programs; each pinned to one processor."""

import os
import shutil
import socket
import subprocess
import time

import configurations
import processes

SERVER_CPU = "0"
LOAD_CPU = "1"

#: All that a site may want of `--http full`.
FULL = ["--http", "full", "--precompressed", "--listing", "--fallback", "1k.bin"]

PEERS = ["nginx", "lighttpd", "h2o", "lwan", "darkhttpd"]


class Server:
    """A running server. `name` is its name in the tables."""

    def __init__(self, name, command, port=None, lines="unread", folder=None):
        """`port` is None if the server chooses one and prints it in its first line; later lines go
        to `cat` if `lines` is "read". `folder` belongs to the server and is removed with it."""
        self.name, self.folder = name, folder
        self.helpers = []
        prints = port is None
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CPU, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if prints else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.pid = self.process.pid
        self.port = self.printed_port() if prints else port
        if lines == "read":
            self.helpers.append(
                subprocess.Popen(
                    ["taskset", "-c", LOAD_CPU, "cat"],
                    stdin=self.process.stdout,
                    stdout=subprocess.DEVNULL,
                )
            )
        self.wait_until_open()

    def printed_port(self):
        line = self.process.stdout.readline().decode()
        if "port " not in line:
            raise RuntimeError(f"{self.name} did not start: {line!r}")
        return int(line.split("port ")[1].split(":")[0])

    def wait_until_open(self):
        until = time.monotonic() + 10
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"{self.name} did not open port {self.port}")

    def nanoseconds(self):
        return processes.nanoseconds(self.pid)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def stop(self):
        """Ends the processes that were started here, by their ids."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for helper in self.helpers:
            helper.terminate()
            helper.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Starter:
    """Starts servers by name, for one tree of files."""

    def __init__(self, tree, millpond, floor):
        self.tree, self.millpond, self.floor = tree, millpond, floor
        self.number = 0

    def folder(self, name):
        """A new folder for the files that a server writes."""
        self.number += 1
        folder = os.path.join(self.tree.work, f"{name}-{self.number}")
        os.mkdir(folder)
        return folder

    def start(self, name, root=None):
        """A server by the name that the rows use: "millpond", "millpond lines",
        "millpond no log", "millpond defer", or a peer's."""
        root = root or self.tree.root
        if name.startswith("millpond"):
            return self.start_millpond(name, root)
        return self.start_peer(name, root)

    def millpond_command(self, options, root, folder):
        log = [] if "--no-log" in options else ["--log", f"{folder}/Log.csv"]
        usual = ["--listen", "127.0.0.1:0", "--keep-alive", str(configurations.IDLE_SECONDS)]
        return [self.millpond, *usual, "--keep-alive-requests", "0", *log, *options, root]

    def start_millpond(self, name, root):
        folder = self.folder("millpond")
        if "lines" in name:
            command = self.millpond_command([], root, folder)
            return Server(name, command, lines="read", folder=folder)
        variants = {"no log": ["--no-log"], "defer": ["--defer-accept"], "full": FULL}
        of_variant = variants.get(name.removeprefix("millpond").strip(), [])
        command = self.millpond_command(["--quiet", *of_variant], root, folder)
        return Server(name, command, folder=folder)

    def start_floor(self, *arguments):
        return Server("floor", [self.floor, *arguments])

    def start_peer(self, name, root):
        port, folder = free_port(), self.folder(name)
        if name == "darkhttpd":
            options = ["--addr", "127.0.0.1", "--port", str(port), "--maxconn", "20000"]
            return Server(name, [os.environ["DARKHTTPD"], root, *options], port)
        if name == "lwan":
            # One thread; its own limits stay as they are.
            options = ["-r", root, "-l", f"127.0.0.1:{port}"]
            return Server(name, [os.environ["LWAN"], *options], port)
        path = os.path.join(folder, f"{name}.conf")
        with open(path, "w") as file:
            file.write(getattr(configurations, name)(root, port, folder))
        command = {
            "nginx": ["nginx", "-c", path, "-e", f"{folder}/nginx.early"],
            "lighttpd": ["lighttpd", "-D", "-f", path],
            "h2o": ["h2o", "-m", "worker", "-c", path],
        }[name]
        return Server(name, command, port, folder=folder)


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def available():
    """The installed peers: Debian's, and those whose binaries the environment names."""
    named = {"lwan": "LWAN", "darkhttpd": "DARKHTTPD"}
    present = []
    for peer in PEERS:
        path = os.environ.get(named[peer]) if peer in named else peer
        if path and shutil.which(path):
            present.append(peer)
    return present
