"""The plot: the duration of a run as a multiple of one copy's, over the number of copies; both axes logarithmic.

Written by hand, as the colours then follow the reader's light or dark theme, and no plotting package is needed.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

Line = Sequence[tuple[int, float]]

WIDTH, HEIGHT = 800, 430
LEFT, RIGHT, TOP, BOTTOM = 58, 265, 46, 48  # margins; the lines' names are on the right
NAME_HEIGHT = 17
TIMES = " \N{MULTIPLICATION SIGN}"
GRID = (1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 200, 500, 1000)
LIGHT = ("#ffffff", "#1f2328", "#d8dee4", ("#0969da", "#bc4c00", "#8250df", "#6e7781", "#1a7f37"))
DARK = ("#0d1117", "#e6edf3", "#30363d", ("#58a6ff", "#f0883e", "#bc8cff", "#9198a1", "#3fb950"))


def colours(paper: str, ink: str, grid: str, lines: Sequence[str]) -> str:
    """Return the CSS rules of one theme."""
    rules = [f".paper {{ fill: {paper} }} text {{ fill: {ink} }} .grid {{ stroke: {grid} }}"]
    rules += [
        f".line{number} {{ stroke: {colour} }} .line{number} circle {{ fill: {colour} }}"
        for number, colour in enumerate(lines)
    ]
    return "\n".join(rules)


STYLE = f"""
text {{ font: 13px system-ui, sans-serif }} .title {{ font-weight: 600; font-size: 15px }}
polyline {{ fill: none; stroke-width: 2.5; stroke-linejoin: round }}
{colours(*LIGHT)}
@media (prefers-color-scheme: dark) {{
{colours(*DARK)}
}}
"""


def draw(lines: Mapping[str, Line], *, title: str, across: str) -> str:
    """Return an SVG of the lines, the first of them in the strongest colour.

    Args:
        lines: The lines by name; points of the number of copies and the ratio, in rising order.
        title: The plot's title.
        across: The title of the horizontal axis.
    """
    lines = {name: line for name, line in lines.items() if line}
    points = [point for line in lines.values() for point in line] or [(1, 1.0)]
    copies = sorted({x for x, _ in points})
    highest = max(2.0, max(y for _, y in points) * 1.15)

    def across_of(x: float) -> float:
        span = math.log(copies[-1] / copies[0]) or 1.0
        return LEFT + 14 + (WIDTH - LEFT - RIGHT - 28) * math.log(x / copies[0]) / span

    def up_of(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(max(y, 1.0)) / math.log(highest)

    drawn = [f'<text class="title" x="{LEFT}" y="26">{html.escape(title)}</text>']
    for y in (each for each in GRID if each <= highest):
        drawn.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up_of(y):.1f}" y2="{up_of(y):.1f}"/>'
            f'<text x="{LEFT - 8}" y="{up_of(y) + 4:.1f}" text-anchor="end">{y:g}{TIMES}</text>'
        )
    for x in copies:
        drawn.append(
            f'<line class="grid" x1="{across_of(x):.1f}" x2="{across_of(x):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text x="{across_of(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    drawn.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{html.escape(across)}</text>')
    heights = apart([up_of(line[-1][1]) for line in lines.values()])
    for number, ((name, line), height) in reversed(list(enumerate(zip(lines.items(), heights, strict=True)))):
        path = " ".join(f"{across_of(x):.1f},{up_of(y):.1f}" for x, y in line)
        end, level = across_of(line[-1][0]), up_of(line[-1][1])
        dots = "".join(
            f'<circle cx="{at.replace(",", chr(34) + " cy=" + chr(34))}" r="3.5"/>' for at in path.split()
        )
        drawn.append(
            f'<g class="line{number}"><polyline points="{path}"/>'
            f'<line x1="{end + 5:.1f}" y1="{level:.1f}" x2="{WIDTH - RIGHT + 10}" y2="{height:.1f}" stroke-dasharray="1 3"/>'
            f"{dots}</g>"
            f'<text x="{WIDTH - RIGHT + 14}" y="{height + 4:.1f}">{html.escape(name)}</text>'
        )
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>\n{body}\n</svg>\n'
    )


def apart(heights: Sequence[float]) -> list[float]:
    """Return the heights, moved so that names written at them don't overlap."""
    moved = list(heights)
    bottom = math.inf
    for index in sorted(range(len(moved)), key=lambda each: -moved[each]):
        moved[index] = min(moved[index], bottom)
        bottom = moved[index] - NAME_HEIGHT
    return moved
