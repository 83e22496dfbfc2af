"""Documents in which programs write a part, between two comment lines."""

import sys


def replace(path, part, text):
    """Puts `text` between the document's lines `<!-- PART: begin -->` and `<!-- PART: end -->`;
    everything outside of them stays."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    with open(path) as file:
        before, has_begin, rest = file.read().partition(begin)
    _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        sys.exit(f"{path} lacks the lines '{begin}' and '{end}'; put them back")
    with open(path, "w") as file:
        file.write(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")


def table(rows):
    """A table in Markdown; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
