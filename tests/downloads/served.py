"""The large file, and the server that sends it."""

import csv
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile

GIB = 1 << 30
NAME = "large.bin"


class Tree:
    """A root with one sparse file; `work` is the folder around it, as the bench calls it."""

    def __init__(self, work):
        self.work, self.root = work, os.path.join(work, "root")
        os.mkdir(self.root)
        self.size = 3 * GIB + 12345
        # One download at a time lies beside the file, and a client may keep a second copy for a moment.
        room = shutil.disk_usage(work).free
        if room < 2 * self.size:
            self.size = max(room // 4, 64 << 20)
            print(f"only {room >> 20} MiB are free: the file has {self.size >> 20} MiB, and not 3 GiB")
        self.path = os.path.join(self.root, NAME)
        self.write()
        self.digest = digest(self.path)
        used = os.stat(self.path).st_blocks * 512
        print(f"{NAME}: {self.size} bytes, {used >> 10} KiB of them on the disk, sha256 {self.digest[:16]}…")

    def write(self):
        """Noise at the start, at the end, around each GiB and where 32-bit numbers end: a piece that
        lands at a wrong offset changes the checksum."""
        places = [0, GIB - 1000, 2 * GIB - 1000, 3 * GIB - 1000, self.size // 2, self.size - 70_000]
        with open(self.path, "wb") as file:
            file.truncate(self.size)
            for place in places:
                if place + 65536 <= self.size:
                    file.seek(place)
                    file.write(os.urandom(65536))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Millpond:
    """A server with a log that can be read when it has ended."""

    def __init__(self, binary, work, root, options):
        self.log = os.path.join(work, "Log.csv")
        command = [binary, "--quiet", "--listen", "127.0.0.1:0", "--log", self.log, *options, root]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode()
        if ": http" not in line:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.url = line.split(": ", 1)[1].strip()

    def rows(self):
        """Stops the server, and reads its log, which is removed."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        with open(self.log, newline="") as file:
            found = list(csv.DictReader(file))
        os.remove(self.log)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        # The next server would go on with it.
        if os.path.exists(self.log):
            os.remove(self.log)


def receiving_folder(work, size):
    """Where a client writes: in memory where there is much of it, since three times 3 GiB keep a disk
    busy for minutes."""
    with open("/proc/meminfo") as meminfo:
        figures = dict(line.split(":") for line in meminfo)
    available = int(figures["MemAvailable"].split()[0]) << 10
    shared = "/dev/shm"
    is_roomy = os.path.isdir(shared) and shutil.disk_usage(shared).free > size + GIB
    if is_roomy and available > 2 * size + GIB:
        return tempfile.mkdtemp(prefix="millpond-received-", dir=shared)
    return tempfile.mkdtemp(prefix="received-", dir=work)
