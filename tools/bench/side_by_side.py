"""The comparison of the peers: tables for each number of copies, and the plot."""

from __future__ import annotations

from collections.abc import Callable

from tools.bench import plot
from tools.bench.commands import PEERS, SERVICES, of_service
from tools.bench.markdown import counted, reason, shown, table
from tools.bench.plan import runs_of
from tools.bench.plot import TIMES
from tools.bench.results import Results, Step
from tools.bench.text import READING

MIB = 2**20
PLOT = "![The time of a whole run over the time of one copy, for each peer](performance.svg)"
LIGHTSAIL = of_service("lightsail")
COPIERS = [key for key in LIGHTSAIL if key != "noop"]


def copies(results: Results) -> list[str]:
    """Return a table for each service and number of copies."""
    head = (
        "peer",
        "wall, s",
        "wall ÷ copy",
        "calls",
        "calls a copy",
        "reads a copy while waiting",
        "peak memory, MiB",
        "CPU, s",
        "second run, s",
        "its calls",
        "preview, s",
        "its calls",
        "runs",
    )
    sections = []
    for service, title in SERVICES.items():
        peers = of_service(service)
        counts = results.copies("copies", peers[:-1])
        if counts:
            sections.append(f"## {title}: copies of {results.seconds():g} seconds, side by side")
            if not sections[1:]:
                sections.append(READING)
            if service == "lightsail":
                sections.append(PLOT)
        for count in counts:
            rows = [row(results, key, count, len(head)) for key in peers if is_asked(results, key, count)]
            sections.append(f"### {title}: {counted(count)}\n\n" + table(head, rows))
    return sections


def is_asked(results: Results, key: str, count: int) -> bool:
    """Whether a peer has measurements with this number of copies, or is left out as its forecast is too long."""
    return bool(results.find("copies", key, count)) or runs_of(key, count, results.seconds() or 0.0, 1) == 0


def row(results: Results, key: str, count: int, width: int) -> list[str]:
    """Return one peer's cells, or the reason why there are none."""
    found = results.find("copies", key, count)
    runs = [each for each in found if each.failure is None]
    if not runs:
        return [PEERS[key].title, why_not(results, key, count), *[""] * (width - 2)]

    def cell(verb: str, value: Callable[[Step], float], digits: int = 0) -> str:
        return shown(results.spread("copies", key, count, verb, value), digits)

    seconds = results.seconds() or 1.0
    copies_anything = key != "noop"
    return [
        PEERS[key].title,
        cell("up", lambda step: step.wall, 1),
        cell("up", lambda step: step.wall / seconds, 2) if copies_anything else "-",
        cell("up", lambda step: step.total),
        cell("up", lambda step: step.total / count, 1),
        cell("up", lambda step: step.reads_waiting / count, 2),
        cell("up", lambda step: step.memory / MIB),
        cell("up", lambda step: step.cpu, 1),
        cell("again", lambda step: step.wall, 1),
        cell("again", lambda step: step.total),
        cell("preview", lambda step: step.wall, 1),
        cell("preview", lambda step: step.total),
        f"{len(runs)}" + (f" ({len(found) - len(runs)} failed)" if len(found) > len(runs) else ""),
    ]


def why_not(results: Results, key: str, count: int) -> str:
    """Return why a peer has no figures for a number of copies."""
    failures = [each.failure for each in results.find("copies", key, count) if each.failure]
    if failures:
        return f"failed: {reason(failures[-1])}"
    seconds = results.seconds() or 0.0
    if runs_of(key, count, seconds, 1) == 0:
        return f"not run: about {PEERS[key].forecast(count, seconds) / 60:.0f} minutes, by its nature"
    return "not measured"


def ratios(results: Results) -> str:
    """Return a table of the peers' medians divided by ours, for the largest number of copies."""
    rows = []
    values: list[Callable[[Step], float]] = [
        lambda step: step.wall,
        lambda step: step.cpu,
        lambda step: step.memory,
        lambda step: step.total,
    ]
    count = max(results.copies("copies", COPIERS), default=0)
    ours = [results.spread("copies", "ours", count, "up", value) for value in values]
    for key in COPIERS[1:]:
        theirs = [results.spread("copies", key, count, "up", value) for value in values]
        if all(theirs) and all(ours):
            pairs = zip(theirs, ours, strict=True)
            rows.append(
                [
                    PEERS[key].title,
                    *(f"{a.median / b.median:.2f}{TIMES}" if a and b and b.median else "-" for a, b in pairs),
                ]
            )
    if not rows:
        return ""
    return f"### Lightsail, {counted(count)}: medians over ours\n\n" + table(
        ["", "wall", "CPU", "peak memory", "calls"], rows
    )


def operations(results: Results) -> str:
    """Return a table of the calls by operation, for the largest number of copies."""
    count = max(results.copies("copies", COPIERS), default=0)
    made = {}
    for key in COPIERS:
        runs = [each for each in results.find("copies", key, count) if each.failure is None]
        if runs:
            made[key] = runs[-1].steps["up"].calls
    names = sorted({name for calls in made.values() for name in calls})
    if not names:
        return ""
    rows = [[PEERS[key].title, *(str(calls.get(name, "-")) for name in names)] for key, calls in made.items()]
    return f"### Lightsail, {counted(count)}: calls by operation, in the last run\n\n" + table(
        ["", *names], rows
    )


def figure(results: Results) -> str:
    """Return the plot as SVG."""
    seconds = results.seconds() or 1.0
    lines: dict[str, list[tuple[int, float]]] = {}
    for key in COPIERS:
        measured = (
            (count, results.spread("copies", key, count, "up", lambda step: step.wall))
            for count in results.copies("copies", COPIERS)
        )
        name = PEERS[key].title.replace("*", "").replace("`", "")
        lines[name] = [(count, spread.median / seconds) for count, spread in measured if spread]
    return plot.draw(
        lines,
        title=f"The whole run, over the time of one copy ({seconds:g} s)",
        across="copies, all in one run",
    )
