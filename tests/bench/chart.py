"""The comparison as a picture: bars as ratios to the floor, or to millpond where there is none."""

from html import escape

COLOURS = {
    "floor": "#9aa5ad",
    "millpond": "#1f7a5c",
    "nginx": "#c9b458",
    "lighttpd": "#7f8fc4",
    "h2o": "#c98058",
    "lwan": "#a377b5",
    "darkhttpd": "#6aa9a4",
}
BAR, GAP, BLOCK = 14, 3, 16
LEFT, WIDTH, RIGHT = 240, 480, 130
#: A ratio beyond this is cut off, and its number says so.
LONGEST = 4.0


def write(results, path):
    """Draws the bars of all rows below each other."""
    parts, top = [], 44
    for result in results:
        names = [name for name in COLOURS if name in result.rounds]
        base = "floor" if "floor" in names else "millpond"
        if base not in names:
            continue
        parts.append(text(LEFT - 10, top + 11, result.title, "end"))
        parts.append(text(LEFT - 10, top + 26, f"1 = {base}", "end", "#667"))
        for name in names:
            parts += bar(name, result.median(name) / result.median(base), result.median(name), top)
            top += BAR + GAP
        top += BLOCK
    with open(path, "w") as file:
        file.write(picture(parts, top))


def bar(name, ratio, microseconds, top):
    length = min(ratio, LONGEST) / LONGEST * WIDTH
    beyond = " →" if ratio > LONGEST else ""
    label = f"{name} {ratio:.2f}{beyond} ({microseconds:,.1f} µs)"
    shape = f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{COLOURS[name]}"/>'
    return [shape, text(LEFT + length + 6, top + 11, label)]


def text(x, y, words, anchor="start", colour="#223"):
    place = f'x="{x:.0f}" y="{y}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"


def picture(parts, height):
    width = LEFT + WIDTH + RIGHT
    one = LEFT + WIDTH / LONGEST
    line = f'<path d="M{one} 36V{height - BLOCK}" stroke="#223" stroke-dasharray="3 3"/>'
    title = text(20, 24, "Processor time per request, as a multiple: shorter is better")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        + "\n".join([title, *parts, line])
        + "\n</svg>\n"
    )
