"""Clients without a proxy: each must read the 400 to its 8 MB, whatever way it sends them."""

import collections
import http.client
import os
import shutil
import subprocess

from uploads import MB, PIECE, Upload, upload

TRIES = 5
SIZE = 8 * MB
HERE = os.path.dirname(__file__)
TIMEOUT_S = 60

CURL = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: text/plain"]
CURL_WAYS = {
    "curl, with Expect": ["-H", "Expect: 100-continue", "--data-binary", "@-"],
    "curl, without Expect": ["-H", "Expect:", "--data-binary", "@-"],
    "curl, chunked": ["-H", "Expect:", "-X", "POST", "-T", "-"],
}


def body():
    return (PIECE * (SIZE // len(PIECE) + 1))[:SIZE]


def curl(port, options):
    """One upload: what it says beside 400, and beside its exit status of 0."""
    url = f"http://127.0.0.1:{port}/upload"
    done = subprocess.run(
        [*CURL, *options, url], input=body(), capture_output=True, timeout=TIMEOUT_S
    )
    said = done.stdout.decode()
    if done.returncode != 0:
        return f"status {said}, {done.stderr.decode().strip()}"
    return said


def http_client(port, chunked):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    pieces = iter([body()]) if chunked else body()
    try:
        connection.request("POST", "/upload", pieces, encode_chunked=chunked)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    finally:
        connection.close()


def program(command, port):
    """Runs a program that prints a line `NAME: STATUS` for each of its tries."""
    done = subprocess.run(
        [*command, str(port), str(TRIES)], capture_output=True, timeout=TIMEOUT_S, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr}")
    said = collections.defaultdict(collections.Counter)
    for line in done.stdout.splitlines():
        name, _, status = line.partition(": ")
        said[name][status] += 1
    return said


def raw(job, early):
    """An upload over a plain socket, which must also see no reset up to the server's end."""
    outcome = upload(job)
    if outcome.error:
        return f"status {outcome.status}, {outcome.error}"
    if early and not outcome.early:
        return f"status {outcome.status}, after the body"
    return str(outcome.status)


def groups():
    """Name and function; the function takes pool and port, and returns what came, by row."""
    found = {
        "curl": lambda pool, port: {
            name: collections.Counter(curl(port, options) for _ in range(TRIES))
            for name, options in CURL_WAYS.items()
        },
        "Python": lambda pool, port: {
            name: collections.Counter(pool.starmap(http_client, [(port, chunked)] * TRIES, 1))
            for name, chunked in [("http.client", False), ("http.client, chunked", True)]
        },
        "raw": raw_rows,
    }
    if shutil.which("node"):
        command = ["node", os.path.join(HERE, "upload.mjs")]
        found["Node"] = lambda pool, port: program(command, port)
    if shutil.which("javac"):
        java = ["java", os.path.join(HERE, "Upload.java")]
        found["Java"] = lambda pool, port: program(java, port)
    return found


def raw_rows(pool, port):
    slow = [Upload(port, 100 * 65536, 10, False, chunked, True) for chunked in (False, True)]
    fast = [Upload(port, 100 * MB, 0, False, chunked, True) for chunked in (False, True)]
    return {
        "socket, 100 MB at once": collections.Counter(
            pool.starmap(raw, [(job, False) for job in fast], 1)
        ),
        "socket, 64 KB per 100 ms for 10 s": collections.Counter(
            pool.starmap(raw, [(job, True) for job in slow], 1)
        ),
    }
