"""A profile as an icicle plot: each function is as wide as the instructions that it costs, callees
below their callers.

Callgrind knows pairs of caller and callee, not whole stacks. A function that is called from two
places is therefore drawn under both, each time with its callees in the same proportion.
"""

import re
import sys
from html import escape

WIDTH, ROW = 1200, 20
#: Nothing narrower than this share of the whole is drawn, and nothing deeper than this.
NARROWEST, DEEPEST = 0.004, 14
COLOURS = ["#cfe6dc", "#dcecc8", "#f3e8c0", "#f4d9c3", "#e3d7ee", "#d3e2f2"]


def loop(profile):
    """The root of the plot: the function with the server's loop, or `main` if the compiler has
    inlined it there."""
    functions = {callee for _, callee in profile.within}
    for pattern in [r"millpond::server::Server(<.*>)?::run", r"millpond::main", r"main"]:
        for function in sorted(functions):
            if re.fullmatch(pattern, function):
                return function
    sys.exit("figures: the profile has no main; is the counted binary stripped?")


def draw(profile, requests):
    """The plot, from the loop down, as SVG."""
    root = loop(profile)
    children = {}
    for (caller, callee), cost in profile.within.items():
        if cost > 0:
            children.setdefault(caller, []).append((cost, callee))
    boxes = []
    whole = profile.alone[root] + sum(cost for cost, _ in children.get(root, []))

    def place(function, cost, left, depth):
        """A box, and those of the functions that it calls beneath it."""
        boxes.append((function, cost, left, depth))
        called = children.get(function, [])
        inclusive = profile.alone[function] + sum(each for each, _ in called)
        if depth == DEEPEST or inclusive <= 0:
            return
        for each, callee in sorted(called, reverse=True):
            share = each * cost / inclusive
            if share >= whole * NARROWEST:
                place(callee, share, left, depth + 1)
            left += share

    place(root, whole, 0, 0)
    height = (max(depth for *_, depth in boxes) + 1) * ROW + 40
    parts = [box(each, whole, requests) for each in boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="6" y="20" font-size="13">{whole / requests:,.0f} instructions a request, '
        "by function; callees below their callers; hover for names and numbers</text>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def box(placed, whole, requests):
    function, cost, left, depth = placed
    x, y = left / whole * WIDTH, depth * ROW + 32
    width = cost / whole * WIDTH
    letters = int((width - 6) / 6.7)
    label = shown(function)[: max(letters, 0)] if letters >= 4 else ""
    colour = COLOURS[sum(function.encode()) % len(COLOURS)]
    title = f"{function}: {cost / requests:,.0f} instructions a request, {cost / whole:.1%}"
    return (
        f"<g><title>{escape(title)}</title>"
        f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.5):.1f}" height="{ROW - 1}" '
        f'fill="{colour}"/>'
        f'<text x="{x + 3:.1f}" y="{y + 13}">{escape(label)}</text></g>'
    )


def shown(function):
    """The last two parts of a path without generics: `ConnectionTable::apply`, not
    `millpond::connection_table::ConnectionTable<E>::apply`."""
    plain, depth = "", 0
    for character in function:
        depth += (character == "<") - (character == ">")
        if depth == 0 and character != ">":
            plain += character
    parts = [part for part in plain.split("::") if part]
    return "::".join(parts[-2:]) or function
