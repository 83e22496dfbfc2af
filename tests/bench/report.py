"""Results → the tables in docs/performance.md, between their markers, and the chart beside it."""

import os

import chart
import document
import full
from document import table
from servers import PEERS

DOCUMENT = os.path.join("docs", "performance.md")

COLUMNS = ["floor", "millpond", *PEERS]
COMPARED = ["small", "304", "404", "100k", "10m", "new", "mixed"]


def write(results):
    """Puts the tables into the document."""
    of_full = [result for result in results if result.row in full.ROWS]
    if of_full:
        rows = [["work", *full.SERVERS, "millpond to nginx"], *map(beside_nginx, of_full)]
        parts = [about(of_full), table(rows), *notes(of_full)]
        document.replace(DOCUMENT, "full", "\n\n".join(parts))
        print(table(rows))
    usual = [result for result in results if result.row not in full.ROWS]
    if usual:
        write_usual(usual)


def beside_nginx(result):
    ours, theirs = (result.median(server) for server in full.SERVERS)
    return [result.title, figure(ours), figure(theirs), f"{ours / theirs:.2f}"]


def write_usual(results):
    compared = [result for result in results if result.row in COMPARED]
    parts = [
        about(results),
        "### Goals\n\n" + goals(results),
        "### Where millpond loses\n\n" + losses(results),
    ]
    if compared:
        title = "### Processor time per request, in microseconds\n\n"
        parts.append(title + comparison(compared))
        parts.append("![Processor time per request beside the others](performance.svg)")
        chart.write(compared, os.path.join("docs", "performance.svg"))
    parts += [others(result) for result in results if result.row not in COMPARED]
    parts += notes(results)
    document.replace(DOCUMENT, "bench", "\n\n".join(parts))
    print("\n\n".join(parts[1:3]))


def about(results):
    """The date, machine and version of the measurements; rows may come from several runs."""

    def each(name):
        return ", ".join(sorted({str(result.machine[name]) for result in results}))

    days = sorted({result.date for result in results})
    return (
        f"Measured {' to '.join(dict.fromkeys([days[0], days[-1]]))} on {each('processor')}; "
        f"{each('kernel')}. millpond at commit {each('millpond')}; {each('peers')}; "
        f"wrk {each('wrk')}. Medians of {each('rounds')} interleaved rounds. Load average of the "
        f"machine before: {each('load')}; above 0.5 the machine had other load, and the figures "
        "are rough."
    )


def figure(value, unit=""):
    """Three significant digits: a fourth is not reproducible on this machine."""
    if value == 0:
        text = "0"
    elif abs(value) >= 100:
        text = f"{value:,.0f}"
    elif abs(value) >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}"
    return f"{text} {unit}".strip()


def goals(results):
    rows = [["work", "measured", "goal", ""]]
    for result in results:
        for goal in result.goals:
            limit = f"≤ {goal.limit:g} {goal.unit}".strip()
            verdict = "met" if goal.met else "**missed**"
            measured = figure(goal.measured, goal.unit)
            if goal.unit == "×":
                measured = f"{goal.measured:.3f} ×"
            rows.append([goal.text, measured, limit, verdict])
    return table(rows)


def losses(results):
    """Every goal that was missed, and every peer that was better, in words."""
    lines = []
    for result in results:
        for goal in result.goals:
            if not goal.met:
                factor = f"{goal.measured / goal.limit:.2f} times" if goal.limit else "above"
                lines.append(f"- {goal.text}: {factor} the goal.")
        lines += [f"- {result.title}{each}" for each in behind(result)]
    return "\n".join(lines) or "Nowhere in these rows."


def behind(result):
    """The peers that are better in this row, each as the end of a sentence."""
    for name in result.rounds:
        server, _, aspect = name.partition(", ")
        ours = f"millpond, {aspect}" if aspect else "millpond"
        if server not in PEERS or ours not in result.rounds:
            continue
        ratio = result.median(ours) / result.median(name)
        # For a rate, more is better.
        if "MB/s" in aspect:
            ratio = 1 / ratio
        # A smaller difference is a tie.
        if ratio > 1.005:
            what = f", {aspect}" if aspect else ""
            yield f"{what}: {server} is better, by a factor of {ratio:.2f}."


def comparison(results):
    columns = [name for name in COLUMNS if any(name in result.rounds for result in results)]
    rows = [["work", *columns, "millpond to floor", "spread"]]
    for result in results:
        cells = [figure(result.median(name)) if name in result.rounds else "–" for name in columns]
        ratio = "–"
        if "floor" in result.rounds and "millpond" in result.rounds:
            ratio = f"{result.median('millpond') / result.median('floor'):.2f}"
        spread = f"{max(result.spread(name) for name in result.rounds):.0%}"
        rows.append([result.title, *cells, ratio, spread])
    return table(rows)


def others(result):
    """One line for each server, one column for each aspect of it."""
    unit = f", {result.unit}" if result.unit else ""
    aspects = list(dict.fromkeys(name.partition(", ")[2] for name in result.rounds))
    servers = list(dict.fromkeys(name.partition(", ")[0] for name in result.rounds))
    rows = [["", *[aspect or f"median{unit}" for aspect in aspects]]]
    for server in servers:
        names = [f"{server}, {aspect}" if aspect else server for aspect in aspects]
        medians = [figure(result.median(name)) if name in result.rounds else "–" for name in names]
        rows.append([server, *medians])
    title = f"{result.title[0].upper()}{result.title[1:]}"
    return f"### {title}{unit if any(aspects) else ''}\n\n{table(rows)}"


def notes(results):
    lines = [f"- {result.title}: {note}" for result in results for note in result.notes]
    return ["### Left out and dropped\n\n" + "\n".join(lines)] if lines else []
