"""The guests' results as JSON, and as a table and a plot for the documentation.

    report.py read CONSOLE JSON COMMIT     one guest's console → its figures
    report.py write WORK DOCS              all figures in WORK → DOCS/performance.md and DOCS/million.svg
"""

import datetime
import json
import os
import platform
import re
import statistics
import sys

import chart

BEGIN, END = "<!-- million:begin -->", "<!-- million:end -->"


def read(console, commit):
    """The figures of one guest. Ends the program if the guest did not finish."""
    said = {}
    with open(console, errors="replace") as lines:
        for line in lines:
            # The firmware's screen codes may precede the first line.
            if found := re.search(r"@ (\S+) ?(.*?)\r?$", line):
                said.setdefault(found[1], []).append(found[2])
    clients = int(os.path.basename(console).split(".")[0])
    if "error" in said or "done" not in said:
        sys.exit(f"{clients} clients: " + said.get("error", [f"no end, see {console}"])[0])

    def number(name):
        return int(said[name][0])

    def grown(name):
        return (number(f"{name}.after") - number(f"{name}.before")) * 1024

    def batches(when):
        return [int(batch.split()[0]) for batch in said[f"batch.{when}"]]

    private = grown("server.Private_Dirty") + grown("server.Private_Clean")
    return {
        "clients": clients,
        "clients_at_the_end": number("clients.at_the_end"),
        "user_bytes_each": private / clients,
        "server_private_bytes": {
            when: (number(f"server.Private_Dirty.{when}") + number(f"server.Private_Clean.{when}"))
            * 1024
            for when in ("before", "after")
        },
        "server_huge_page_bytes": number("server.AnonHugePages.after") * 1024,
        # Both ends: sockets, descriptors, files, places in epoll sets (slabinfo(5)).
        "kernel_bytes_each": grown("kernel.Slab") / clients,
        "swarm_bytes_each": number("swarm.Private.after") * 1024 / clients,
        "connect_seconds": number("connected.milliseconds") / 1000,
        "connect_instructions": number("connect.instructions"),
        "idle_30s": {"wakeups": number("idle.wakeups"), "instructions": number("idle.instructions")},
        "request_instructions": {when: batches(when) for when in ("alone", "beside")},
        "kernel": said["kernel.version"][0],
        "date": datetime.date.today().isoformat(),
        "commit": commit,
        "emulated_on": processor(),
    }


def processor():
    with open("/proc/cpuinfo") as lines:
        model = re.search(r"model name\s*: (.*)", lines.read())
    return model[1] if model else platform.machine()


def cost(result, when):
    """Instructions per request: the median of the batches."""
    return statistics.median(result["request_instructions"][when])


def ratio(result):
    return cost(result, "beside") / cost(result, "alone")


def table(results):
    """The figures as Markdown."""
    lines = [
        "| idle clients | server's memory, MB | growth per client, B "
        "| kernel per client, both ends, B | wake-ups in 30 s of idleness | instructions in them "
        "| instructions per request, alone | beside them | ratio |",
        "| ---: " * 9 + "|",
    ]
    for result in results:
        idle = result["idle_30s"]
        lines.append(
            f"| {result['clients']:,} | {result['server_private_bytes']['after'] / 1e6:.1f} "
            f"| {result['user_bytes_each']:.1f} | {result['kernel_bytes_each']:,.0f} "
            f"| {idle['wakeups']} | {idle['instructions']:,} "
            f"| {cost(result, 'alone'):,.0f} | {cost(result, 'beside'):,.0f} | {ratio(result):.3f} |"
        )
    made = "; ".join(
        f"{result['clients']:,}: commit {result['commit']}, {result['date']}" for result in results
    )
    last = results[-1]
    lines += [
        "",
        f"Linux {last['kernel']}, one processor emulated by QEMU on {last['emulated_on']}. {made}.",
        "",
        "![Memory for each idle client, and the cost of a request beside them](million.svg)",
    ]
    return "\n".join(lines)


def insert(text, path):
    """Puts text between the markers of a file."""
    with open(path) as file:
        page = file.read()
    if BEGIN not in page:
        sys.exit(f"{path} has no line {BEGIN} to put the table below")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    with open(path, "w") as file:
        file.write(f"{before}{BEGIN}\n{text}\n{END}{after}")


def write(work, docs):
    results = []
    for name in os.listdir(work):
        if re.fullmatch(r"\d+\.json", name):
            with open(os.path.join(work, name)) as file:
                results.append(json.load(file))
    results.sort(key=lambda result: result["clients"])
    text = table(results)
    insert(text, os.path.join(docs, "performance.md"))
    chart.write(
        [(result["clients"], result["user_bytes_each"], ratio(result)) for result in results],
        os.path.join(docs, "million.svg"),
    )
    print(text)


def main():
    verb, source, target, *commit = sys.argv[1:]
    if verb == "write":
        write(source, target)
        return
    figures = read(source, *commit)
    with open(target, "w") as file:
        json.dump(figures, file, indent=2)


main()
