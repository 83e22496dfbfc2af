"""Each client downloads a part, is ended, and resumes."""

import os
import shutil
import signal
import subprocess
import time

import served

# How each client is called, and the signal that ends it. aria2 writes down what it has when it is told to
# end; without that it only does so once a minute. The others are ended as by a power cut. Only aria2
# fetches several ranges at once, and leaves holes for them.
CLIENTS = {
    "curl -C -": (["curl", "-sS", "-C", "-", "-o", "{file}", "{url}"], signal.SIGKILL),
    "wget -c": (["wget", "-q", "-c", "-O", "{file}", "{url}"], signal.SIGKILL),
    "aria2c -x8": (
        ["aria2c", "-q", "-c", "-x8", "-s8", "-k1M", "--file-allocation=none"]
        + ["-d", "{folder}", "-o", "{name}", "{url}"],
        signal.SIGTERM,
    ),
}
# Slow enough for the end of a client to come in the middle, whatever the machine.
PATIENCE = 60


def resume_all(binary, tree, profile):
    """Prints a row for each client, and returns pairs of its name and its fault or None."""
    rows = []
    print(f"resumed from --http {profile}:")
    for name, (command, ending) in CLIENTS.items():
        if not shutil.which(command[0]):
            continue
        folder = served.receiving_folder(tree.work, tree.size)
        begun = time.monotonic()
        try:
            text, fault = resume(binary, tree, profile, command, ending, folder), None
        except (Fault, subprocess.TimeoutExpired) as error:
            text, fault = str(error), str(error)
        finally:
            shutil.rmtree(folder)
        rows.append((name, fault))
        outcome = "FAILED" if fault else "passed"
        print(f"  {outcome}  {name:10}  {text}; {time.monotonic() - begun:.0f} s", flush=True)
    return rows


class Fault(Exception):
    """What a client did not get."""


def resume(binary, tree, profile, command, ending, folder):
    path = os.path.join(folder, served.NAME)
    options = ["--http", profile]
    with served.Millpond(binary, tree.work, tree.root, options) as server:
        arguments = filled(command, path, server.url + served.NAME)
        had = interrupt(arguments, path, tree.size, ending)
        before = server.rows()
    with served.Millpond(binary, tree.work, tree.root, options) as server:
        arguments = filled(command, path, server.url + served.NAME)
        ended = subprocess.run(arguments, capture_output=True, timeout=PATIENCE, text=True)
        after = server.rows()
    if ended.returncode != 0:
        raise Fault(f"status {ended.returncode} after {had >> 20} MiB: {ended.stderr.strip()[:120]}")
    if served.digest(path) != tree.digest:
        raise Fault("another checksum")
    sent = sum(int(row["bytes"]) for row in after)
    parts = [row for row in after if row["status"] == "206"]
    if not parts or sent > tree.size - had // 2:
        raise Fault(f"resumed with {sent >> 20} MiB, {len(parts)} times 206, though {had >> 20} were there")
    cut = sum(row["outcome"] != "complete" for row in before)
    return (
        f"ended at {had >> 20} MiB ({cut} of {len(before)} answers cut), "
        f"resumed with {len(parts)} × 206, {sent >> 20} MiB; the checksums match"
    )


def filled(command, path, url):
    folder, name = os.path.split(path)
    return [word.format(file=path, folder=folder, name=name, url=url) for word in command]


def interrupt(arguments, path, size, ending):
    """Ends the client when a third of the file is there, and returns how much it had."""
    client = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while client.poll() is None and time.monotonic() < until and on_disk(path) < size // 3:
        time.sleep(0.005)
    if client.poll() is not None:
        raise Fault(f"ended by itself with {client.returncode}, with {on_disk(path) >> 20} MiB")
    client.send_signal(ending)
    client.wait(PATIENCE)
    had = on_disk(path)
    if not size // 4 < had < size * 9 // 10:
        raise Fault(f"ended at {had >> 20} MiB, which is not the middle")
    return had


def on_disk(path):
    """What a client has written. Its holes count as nothing, and so do the last pages of a file system
    that gives out blocks late; either is only a little too low."""
    try:
        return os.stat(path).st_blocks * 512
    except FileNotFoundError:
        return 0
