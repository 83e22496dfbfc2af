"""The server under strace or callgrind, with its own tree."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time

#: The modification time of every file, so that a request can get a 304.
MODIFIED = 1_700_000_000


#: Rules as a site has them: a hundred patterns, of which three match 1k.bin.
RULES = [
    "/*\n  X-Frame-Options: DENY\n",
    "/*.bin\n  Cache-Control: public, max-age=60\n",
    "/:name\n  Referrer-Policy: no-referrer\n",
    *(f"/assets/{number}/*\n  X-Number: {number}\n" for number in range(97)),
]


class Site:
    """A folder with the files that the requests name."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = os.path.join(self.folder.name, "www")
        os.mkdir(self.root)
        generator = random.Random(2130)
        os.mkdir(os.path.join(self.root, "folder"))
        files = [("1k.bin", 1024), ("1k.bin.gz", 1024), ("100k.bin", 100 << 10), ("index.html", 0)]
        files += [(f"folder/{number}.bin", 0) for number in range(10)]
        for name, length in files:
            path = os.path.join(self.root, name)
            with open(path, "wb") as file:
                file.write(generator.randbytes(length))
            os.utime(path, (MODIFIED, MODIFIED))
        with open(self.path("_headers"), "w") as file:
            file.writelines(RULES)
        # Long enough ago that the cache trusts their timestamps.
        time.sleep(2.5)

    def path(self, name):
        return os.path.join(self.folder.name, name)


class Server:
    """A server that runs under `tool`, a command line that may be empty."""

    def __init__(self, site, binary, options=(), tool=()):
        self.site = site
        log = [] if "--no-log" in options else ["--log", site.path("Log.csv")]
        forever = ["--keep-alive", "3600", "--keep-alive-requests", "0"]
        # A file beside the root.
        options = [site.path(text[1:]) if text[0] == "@" else text for text in options]
        command = [*tool, binary, "--listen", "127.0.0.1:0", *forever, *log, *options, site.root]
        with open(site.path("output"), "wb") as output, open(site.path("errors"), "wb") as errors:
            self.process = subprocess.Popen(command, stdout=output, stderr=errors)
        self.port = self.wait_for_port()

    def wait_for_port(self):
        while self.process.poll() is None:
            line = self.said("output").partition("\n")
            if line[1]:
                return int(line[0].split("port ")[1].split(":")[0])
            time.sleep(0.02)
        sys.exit(f"figures: the server did not start: {self.said('errors')}")

    def said(self, name):
        with open(self.site.path(name)) as file:
            return file.read()

    def pid(self):
        """The server's own process, even if a tool has started it."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return int((children.read().split() or [pid])[0])

    def stop(self):
        os.kill(self.pid(), signal.SIGINT)
        if self.process.wait(60) != 0:
            sys.exit(f"figures: the server failed: {self.said('errors')}")
