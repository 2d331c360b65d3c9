"""docs/performance.md and its plot, made of what was measured and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.bench import plot
from tools.bench.commands import PEERS
from tools.bench.markdown import shown, table
from tools.bench.plan import runs_of
from tools.bench.plot import TIMES
from tools.bench.results import Results, Step
from tools.bench.text import INTRODUCTION, PREVIEWS, READING, UNFAIR

MIB = 2**20
COPIERS = [key for key in PEERS if key != "noop"]
PREVIEWS_OF = {
    "ours": "ours, 500 copies",
    "noop": "500 no-op dynamic resources",
    "components": "500 component resources, no provider",
}
VARIANTS = {"without": "without the pack", "with": "with the pack"}


def write(results: Results, folder: Path) -> list[Path]:
    """Writes the report and its plot into a folder, and says where they are."""
    sections = [
        "# Performance",
        INTRODUCTION,
        machine(results),
        promises(results),
        *copies(results),
        ratios(results),
        operations(results),
        previews(results),
        policy(results),
        simulation(results.simulation),
        UNFAIR,
    ]
    report, picture = folder / "performance.md", folder / "performance.svg"
    folder.mkdir(parents=True, exist_ok=True)
    report.write_text("\n\n".join(filter(None, sections)) + "\n")
    picture.write_text(figure(results))
    return [report, picture]


def machine(results: Results) -> str:
    """When, how and where."""
    if not results.measurements:
        return "**Nothing is measured yet.**"
    times = [each.at for each in results.measurements]
    first, last = (f"{at[:10]} {at[11:16]}" for at in (min(times), max(times)))
    told = {"Measured": f"{first} to {last}, UTC"}
    for name in results.machines[0] if results.machines else ():
        told[name] = ", then ".join(dict.fromkeys(each[name] for each in results.machines))
    return table(["", ""], [[name, value] for name, value in told.items()])


def promises(results: Results) -> str:
    """The bounds that this project sets itself, with the figures of this run."""
    count, seconds = max(results.copies("copies"), default=0), results.seconds()
    lines = []
    if count and seconds:
        wall = results.spread("copies", "ours", count, "up", wall_of)
        engine = results.spread("copies", "noop", count, "up", wall_of)
        reads = results.spread("copies", "ours", count, "up", lambda step: step.reads_waiting / count)
        if wall and engine:
            bound = 1.1 * seconds + engine.median
            lines.append(
                f"- {counted(count)} of {seconds:g} s within 1.1{TIMES} {seconds:g} s + the engine's own time for {count} no-op resources: "
                f"{wall.median:.1f} s ≤ {1.1 * seconds:.1f} s + {engine.median:.1f} s = {bound:.1f} s. {verdict(wall.median <= bound)}"
            )
        if reads:
            lines.append(
                f"- At most one read a copy while {count} wait in one region: {reads.median:.2f}. {verdict(reads.median <= 1)}"
            )
    added = pack_adds(results)
    if added is not None:
        count = results.copies("policy")[-1]
        lines.append(
            f"- The policy pack adds less than two seconds to a preview of {count} copies: {added:.1f} s. {verdict(added < 2)}"
        )
    return "## The bounds\n\n" + "\n".join(lines) if lines else ""


def verdict(holds: bool) -> str:
    """In a word."""
    return "**Holds.**" if holds else "**Doesn't hold.**"


def copies(results: Results) -> list[str]:
    """A table for each number of copies."""
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
    counts = results.copies("copies")
    if not counts:
        return []
    tables = [
        f"### {counted(count)}\n\n" + table(head, [row(results, key, count, len(head)) for key in PEERS])
        for count in counts
    ]
    return [
        f"## Copies of {results.seconds():g} seconds, side by side",
        READING,
        "![The time of a whole run over the time of one copy, for each peer](performance.svg)",
        *tables,
    ]


def row(results: Results, key: str, count: int, width: int) -> list[str]:
    """One peer's cells; or why there are none."""
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
        cell("up", wall_of, 1),
        cell("up", lambda step: step.wall / seconds, 2) if copies_anything else "-",
        cell("up", calls_of),
        cell("up", lambda step: calls_of(step) / count, 1),
        cell("up", lambda step: step.reads_waiting / count, 2),
        cell("up", lambda step: step.memory / MIB),
        cell("up", lambda step: step.cpu, 1),
        cell("again", wall_of, 1),
        cell("again", calls_of),
        cell("preview", wall_of, 1),
        cell("preview", calls_of),
        f"{len(runs)}" + (f" ({len(found) - len(runs)} failed)" if len(found) > len(runs) else ""),
    ]


def why_not(results: Results, key: str, count: int) -> str:
    """Why a peer has no figures for a number of copies."""
    failures = [each.failure for each in results.find("copies", key, count) if each.failure]
    if failures:
        return "failed: " + " ".join(failures[-1].replace("|", "\\|").split())[:200]
    seconds = results.seconds() or 0.0
    if runs_of(key, count, seconds, 1) == 0:
        return f"not run: about {PEERS[key].forecast(count, seconds) / 60:.0f} minutes, by its nature"
    return "not measured"


def ratios(results: Results) -> str:
    """The peers' medians over ours, for the largest number of copies."""
    rows = []
    values: list[Callable[[Step], float]] = [
        wall_of,
        lambda step: step.cpu,
        lambda step: step.memory,
        calls_of,
    ]
    count = max(results.copies("copies"), default=0)
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
    return f"### {counted(count)}: medians over ours\n\n" + table(
        ["", "wall", "CPU", "peak memory", "calls"], rows
    )


def operations(results: Results) -> str:
    """What the calls are, for the largest number of copies."""
    count = max(results.copies("copies"), default=0)
    made = {}
    for key in COPIERS:
        runs = [each for each in results.find("copies", key, count) if each.failure is None]
        if runs:
            made[key] = runs[-1].steps["up"].calls
    names = sorted({name for calls in made.values() for name in calls})
    if not names:
        return ""
    rows = [[PEERS[key].title, *(str(calls.get(name, "-")) for name in names)] for key, calls in made.items()]
    return f"### {counted(count)}: calls by operation, in the last run\n\n" + table(["", *names], rows)


def previews(results: Results) -> str:
    """Previews of a large stack in which nothing changes."""
    rows = preview_rows(results, "previews", PREVIEWS_OF)
    if not rows:
        return ""
    return f"## A large stack in which nothing changes\n\n{PREVIEWS}\n\n" + table(PREVIEW_HEAD, rows)


def policy(results: Results) -> str:
    """What the policy pack adds to a preview."""
    rows = preview_rows(results, "policy", VARIANTS)
    added = pack_adds(results)
    if not rows:
        return ""
    told = f"\n\nThe pack adds {added:.1f} s." if added is not None else ""
    count = results.copies("policy")[-1]
    return (
        f"## The policy pack, on {count} copies in which nothing changes\n\n"
        + table(PREVIEW_HEAD, rows)
        + told
    )


PREVIEW_HEAD = ("", "preview, s", "CPU, s", "peak memory, MiB", "calls", "runs")


def preview_rows(results: Results, kind: str, titles: Mapping[str, str]) -> list[list[str]]:
    """Rows of previews."""
    rows = []
    for count in results.copies(kind):
        for key, title in titles.items():
            found = results.find(kind, key, count)
            failures = [each.failure for each in found if each.failure]
            runs = len(found) - len(failures)
            values: list[tuple[Callable[[Step], float], int]] = [
                (wall_of, 1),
                (lambda step: step.cpu, 1),
                (lambda step: step.memory / MIB, 0),
                (calls_of, 0),
            ]
            if runs:
                cells = [
                    shown(results.spread(kind, key, count, "preview", value), digits)
                    for value, digits in values
                ]
                rows.append([title, *cells, str(runs)])
            elif failures:
                rows.append([title, "failed: " + " ".join(str(failures[-1]).split())[:200], "", "", "", "0"])
    return rows


def pack_adds(results: Results) -> float | None:
    """Seconds between the medians with and without the pack."""
    for count in results.copies("policy"):
        bare = results.spread("policy", "without", count, "preview", wall_of)
        packed = results.spread("policy", "with", count, "preview", wall_of)
        if bare and packed:
            return packed.median - bare.median
    return None


def simulation(figures: Sequence[Mapping[str, float]]) -> str:
    """The waiting alone, with a clock that costs no time: a column for each name, a row for each simulation."""
    if not figures:
        return ""
    names = list(figures[0])
    rows = [[f"{each[name]:,.6g}" for name in names] for each in figures]
    return "## Simulation: the core alone, its clock replaced\n\n" + table(names, rows)


def figure(results: Results) -> str:
    """The plot."""
    seconds = results.seconds() or 1.0
    lines: dict[str, list[tuple[int, float]]] = {}
    for key in COPIERS:
        measured = (
            (count, results.spread("copies", key, count, "up", wall_of)) for count in results.copies("copies")
        )
        name = PEERS[key].title.replace("*", "").replace("`", "")
        lines[name] = [(count, spread.median / seconds) for count, spread in measured if spread]
    return plot.draw(
        lines,
        title=f"The whole run, over the time of one copy ({seconds:g} s)",
        across="copies, all in one run",
    )


def wall_of(step: Step) -> float:
    """Seconds from start to end."""
    return step.wall


def calls_of(step: Step) -> float:
    """All calls."""
    return sum(step.calls.values())


def counted(copies: int) -> str:
    """A number of copies."""
    return "1 copy" if copies == 1 else f"{copies} copies"
