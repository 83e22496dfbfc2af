"""The files that are served: a few sizes, and a tree of 10,000 with its list of requests."""

import itertools
import os
import random
import time

FILES = 10_000
SMALLEST, LARGEST = 200, 200_000
REQUESTS = 50_000
COLD_BYTES = 64 << 20
SEED = 2130
MODIFIED = 1_700_000_000


class Tree:
    """A folder `work` with the document root `root` in it."""

    def __init__(self, work):
        self.work = work
        self.root = os.path.join(work, "www")
        os.makedirs(self.root)
        self.random = random.Random(SEED)
        for name, length in [("1k.bin", 1024), ("100k.bin", 100 << 10), ("10m.bin", 10 << 20)]:
            self.write(name, length)
        self.write("index.html", 0)
        for name, length in [("page.html", 1024), ("page.html.gz", 600)]:
            self.write(name, length)
        os.mkdir(os.path.join(self.root, "folder"))
        for number in range(10):
            self.write(f"folder/{number}.bin", number)
        self.settle()

    def write(self, name, length):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(self.random.randbytes(length))

    def settle(self):
        """Writes everything to the disk, so that this does not happen in the middle of a
        measurement, and waits until no timestamp is so young that a server distrusts it."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                os.utime(os.path.join(folder, name), (MODIFIED, MODIFIED))
        os.sync()
        time.sleep(2.5)

    def mixed(self):
        """Writes the tree of the mixed row, once. Returns the file that lists its requests:
        sizes spread evenly over their logarithm, popularity by Zipf's law."""
        requests = os.path.join(self.work, "requests.txt")
        if os.path.exists(requests):
            return requests
        ratio = LARGEST / SMALLEST
        names = []
        for number in range(FILES):
            name = f"mixed/{number % 100:02}/{number}.bin"
            os.makedirs(os.path.join(self.root, os.path.dirname(name)), exist_ok=True)
            self.write(name, int(SMALLEST * ratio ** self.random.random()))
            names.append(name)
        self.settle()
        weights = list(itertools.accumulate(1 / rank for rank in range(1, FILES + 1)))
        with open(requests, "w") as file:
            for name in self.random.choices(names, cum_weights=weights, k=REQUESTS):
                file.write(f"/{name}\n")
        return requests

    def cold(self):
        """The name of a file whose pages are on the disk and not in memory."""
        path = os.path.join(self.root, "cold.bin")
        if not os.path.exists(path):
            self.write("cold.bin", COLD_BYTES)
        with open(path, "rb+") as file:
            # The kernel does not drop dirty pages.
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return "cold.bin"
