"""What REDbot, a linter for HTTP, notes about answers of `--http full`."""

import gzip
import json
import os
import subprocess

import served

PAGE = "<!DOCTYPE html>\n<title>A page</title>\n" + "<p>Some text that can be compressed.</p>\n" * 200

# Path → notes that must be there. None may be of the level BAD.
EXPECTED = {
    "/": ["CL_CORRECT", "RANGE_CORRECT", "INM_304", "IMS_304", "CONNEG_GZIP_GOOD"],
    "/data.bin": ["CL_CORRECT", "RANGE_CORRECT", "INM_304", "IMS_304"],
    "/folder/": ["CL_CORRECT", "INM_304"],
    "/folder": ["CL_CORRECT"],
    "/missing": ["CL_CORRECT"],
}


def notes(binary, work, redbot):
    """Prints what is noted, and returns the faults."""
    root = os.path.join(work, "linted")
    os.makedirs(os.path.join(root, "folder"))
    write(root, "index.html", PAGE.encode())
    write(root, "index.html.gz", gzip.compress(PAGE.encode()))
    write(root, "data.bin", os.urandom(50_000))
    write(root, "folder/inner.txt", b"inner")
    faults = []
    options = ["--http", "full", "--precompressed", "--listing"]
    with served.Millpond(binary, work, root, options) as server:
        # REDbot spends some seconds of waiting on each.
        lookers = {path: look(redbot, server.url.rstrip("/") + path) for path in EXPECTED}
        print("REDbot:")
        for path, looker in lookers.items():
            found = read(looker)
            seen = {note["note_id"] for note in found}
            missing = [name for name in EXPECTED[path] if name not in seen]
            bad = [note["summary"] for note in found if note["level"] == "BAD"]
            warnings = sorted(note["note_id"] for note in found if note["level"] == "WARN")
            good = sum(note["level"] == "GOOD" for note in found)
            print(f"  {path:10} {good} good, {len(bad)} bad, warnings: {', '.join(warnings) or 'none'}")
            faults += [f"REDbot on {path}: no {name} among {sorted(seen)}" for name in missing]
            faults += [f"REDbot on {path}: {summary}" for summary in bad]
    return faults


def write(root, name, content):
    with open(os.path.join(root, name), "wb") as file:
        file.write(content)


def look(redbot, url):
    return subprocess.Popen([redbot, "-o", "har", url], stdout=subprocess.PIPE, text=True)


def read(looker):
    """The notes about one resource; the format HAR is the one that names them and their level."""
    try:
        text, _ = looker.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        looker.kill()
        raise
    return [note for entry in json.loads(text)["log"]["entries"] for note in entry["_red_messages"]]
