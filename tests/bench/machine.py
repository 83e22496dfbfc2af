"""The machine of the measurement: processor, kernel, versions."""

import os
import platform
import re
import subprocess

from servers import available

VERSIONS = {
    "nginx": ["nginx", "-v"],
    "lighttpd": ["lighttpd", "-v"],
    "h2o": ["h2o", "-v"],
    "darkhttpd": [os.environ.get("DARKHTTPD", "darkhttpd"), "--help"],
}


def describe(rounds):
    """Facts for the top of the report."""
    return {
        "processor": processor(),
        "kernel": f"{platform.system()} {platform.release()}",
        "millpond": millpond(),
        "peers": ", ".join(f"{name} {version(name)}".strip() for name in available()),
        "wrk": first_number(["wrk", "-v"]),
        "rounds": rounds,
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def processor():
    with open("/proc/cpuinfo") as file:
        facts = file.read()
    model = re.search(r"model name\s*: (.*)", facts)
    name = model[1] if model else platform.machine()
    guest = ", a virtual machine" if re.search(r"flags.*\bhypervisor\b", facts) else ""
    return f"{name}, {os.cpu_count()} processors{guest}"


def millpond():
    commit = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    described = subprocess.run(commit, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "outside of git"


def version(name):
    return first_number(VERSIONS[name]) if name in VERSIONS else ""


def first_number(command):
    """The first text that looks like a version in a command's output."""
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return found[0] if found else ""
