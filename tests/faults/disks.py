"""The log's disk becomes read-only while the server runs. Needs root."""

import os
import shutil
import signal
import subprocess
import time

import server as millpond
from kills import make_tree


def command(*words):
    try:
        return subprocess.run(words, capture_output=True, text=True)
    except FileNotFoundError:
        # The status of a shell for an unknown command; the test that needs it is then skipped.
        return subprocess.CompletedProcess(words, 127, "", "")


class Disk:
    """A file system at `place`, unmounted at the end."""

    def __init__(self, place, *mount):
        os.makedirs(place, exist_ok=True)
        self.place = place
        self.is_mounted = command("mount", *mount, place).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_mounted:
            command("umount", "--lazy", self.place)


def wait_for(condition, within=10):
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def lost(server):
    """The number of lost rows in the server's last line."""
    parts = server.said[-1].split("; ")
    counts = [part.split()[0] for part in parts if part.endswith(" log rows lost")]
    return int(counts[0]) if counts else 0


def check(problems, log, targets, lost_rows):
    """Checks that each row is there exactly once, except for the lost ones."""
    try:
        rows = millpond.read_rows(log)
    except ValueError as error:
        problems.append(str(error))
        return
    if len(set(rows)) != len(rows):
        problems.append("rows are doubled")
    if not set(rows) <= set(targets) or len(targets) - len(rows) != lost_rows:
        problems.append(f"{len(targets)} answered, {len(rows)} rows, {lost_rows} said to be lost")


def remount_of_tmpfs(binary, tree):
    """While the log is open, the kernel refuses to remount. If a read-only disk covers the folder,
    SIGHUP keeps the old log in use. A start on a read-only disk fails."""
    problems = []
    logs = os.path.join(tree, "logs")
    log = os.path.join(logs, "Log.csv")
    with Disk(logs, "-t", "tmpfs", "-o", "size=8m", "millpond-test") as disk:
        if not disk.is_mounted:
            return None
        server = millpond.Server(binary, os.path.join(tree, "root"), log)
        load = millpond.Load(server.port, "tmpfs", 5, 0.01)
        load.start()
        if not wait_for(lambda: millpond.size(log) > 200):
            problems.append("no rows")
        if command("mount", "-o", "remount,ro", logs).returncode == 0:
            problems.append("the kernel let a disk go read-only under an open log")
        with Disk(logs, "-t", "tmpfs", "-o", "ro", "millpond-cover") as cover:
            server.process.send_signal(signal.SIGHUP)
            if cover.is_mounted and not server.has_said("Read-only file system"):
                problems.append(f"the server did not report the read-only disk: {server.said}")
        targets = load.finish()
        server.stop()
        check(problems, log, targets, lost(server))
        # No process writes there any more, so the remount succeeds; the server does not start.
        if command("mount", "-o", "remount,ro", logs).returncode != 0:
            problems.append("the log is still open")
        late = millpond.Server(binary, os.path.join(tree, "root"), log)
        if late.port is not None or late.process.wait(20) != 1:
            problems.append("it started on a log that it cannot write")
        late.kill()
        if not any("Read-only file system" in line for line in late.said):
            problems.append(f"it did not say why it did not start: {late.said}")
    return problems


def error_on_ext4(binary, tree):
    """errors=remount-ro: the kernel makes the disk read-only under the open log."""
    problems = []
    image, logs = os.path.join(tree, "image"), os.path.join(tree, "disk")
    log = os.path.join(logs, "Log.csv")
    with open(image, "wb") as file:
        file.truncate(8 << 20)
    if command("mkfs.ext4", "-q", "-F", image).returncode != 0:
        return None
    with Disk(logs, "-o", "loop,errors=remount-ro", image) as disk:
        if not disk.is_mounted:
            return None
        device = command("findmnt", "-no", "SOURCE", logs).stdout.strip()
        trigger = f"/sys/fs/ext4/{os.path.basename(device)}/trigger_fs_error"
        if not os.access(trigger, os.W_OK):
            return None
        server = millpond.Server(binary, os.path.join(tree, "root"), log)
        load = millpond.Load(server.port, "ext4", 5, 0.01)
        load.start()
        wait_for(lambda: millpond.size(log) > 200)
        with open(trigger, "w") as file:
            file.write("1")
        if not server.has_said("cannot write the log"):
            problems.append(f"the server did not report the read-only disk: {server.said}")
        before = load.count_until(float("inf"))
        if not wait_for(lambda: load.count_until(float("inf")) > before):
            problems.append("it no longer serves")
        targets = load.finish()
        status = server.stop()
        if status != 0 or lost(server) == 0:
            problems.append(f"status {status}, {server.said[-1]}")
        print("ext4:", next(line for line in server.said if "cannot write" in line))
        check(problems, log, targets, lost(server))
    return problems


def run(binary):
    """Returns rows of the table: pattern, tried, violations."""
    table = []
    for name, test in [
        ("read-only tmpfs: remount, SIGHUP, start", remount_of_tmpfs),
        ("ext4 that turns read-only by an error", error_on_ext4),
    ]:
        tree = make_tree()
        try:
            problems = test(binary, tree)
        finally:
            shutil.rmtree(tree, ignore_errors=True)
        if problems is None:
            print(f"skipped: {name}: no rights, or no such disk here")
            table.append((name, 0, 0))
            continue
        for problem in problems:
            print("  violation:", problem)
        table.append((name, 1, len(problems)))
    return table
