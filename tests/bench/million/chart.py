"""Two plots below each other, over the number of idle clients: memory per client, and the cost
of a request beside them as a multiple of its cost alone."""

import math
from html import escape

WIDTH, LEFT, RIGHT = 720, 60, 30
PLOT, GAP, TOP = 150, 80, 50
COLOUR, GOAL = "#1f7a5c", "#b5483a"


def write(points, path):
    """Draws points of (clients, bytes each, ratio)."""
    scale = horizontal([clients for clients, _, _ in points])
    memory = [(clients, each) for clients, each, _ in points]
    cost = [(clients, ratio) for clients, _, ratio in points]
    parts = panel(memory, scale, TOP, "The server's memory for each idle client, bytes", 120, 100, "{:.1f}")
    below = TOP + PLOT + GAP
    title = "Instructions for a request beside them, as a multiple of those without idle clients"
    parts += panel(cost, scale, below, title, 1.2, 1.05, "{:.3f}")
    height = below + PLOT + 50
    parts.append(text(LEFT + (WIDTH - LEFT - RIGHT) / 2, height - 10, "idle keep-alive clients", "middle"))
    with open(path, "w") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="12">\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
        )


def horizontal(counts):
    """Clients → x, on a logarithmic scale of whole decades."""
    low = math.floor(math.log10(min(counts)))
    high = max(math.ceil(math.log10(max(counts))), low + 1)
    # Space on both sides, so that no point lies on an edge.
    inner = WIDTH - LEFT - RIGHT - 80
    return lambda clients: LEFT + 40 + (math.log10(clients) - low) / (high - low) * inner


def panel(points, scale, top, title, most, goal, form):
    """One plot, from 0 to `most` or as far as the points go, with the goal as a dashed line."""
    most = max([most] + [value * 1.1 for _, value in points])

    def height(value):
        return top + PLOT - value / most * PLOT

    right = WIDTH - RIGHT
    parts = [
        text(LEFT, top - 14, title),
        f'<path d="M{LEFT} {top}V{top + PLOT}H{right}" fill="none" stroke="#667"/>',
        text(LEFT - 8, top + PLOT + 4, "0", "end", "#667"),
        f'<path d="M{LEFT} {height(goal):.1f}H{right}" stroke="{GOAL}" stroke-dasharray="4 3"/>',
        text(LEFT - 8, height(goal) + 4, f"{goal:g}", "end", GOAL),
        text(right, height(goal) - 6, "goal: not above", "end", GOAL),
    ]
    line = " ".join(f"{scale(clients):.1f},{height(value):.1f}" for clients, value in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOUR}" stroke-width="2"/>')
    for clients, value in points:
        x, y = scale(clients), height(value)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOUR}"/>')
        parts.append(text(x, y + 18, form.format(value), "middle"))
        parts.append(text(x, top + PLOT + 18, f"{clients:,}", "middle", "#667"))
    return parts


def text(x, y, words, anchor="start", colour="#223"):
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"
