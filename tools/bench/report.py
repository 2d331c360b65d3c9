"""docs/performance.md, made of what was measured and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.bench import side_by_side
from tools.bench.commands import PEERS
from tools.bench.markdown import counted, reason, shown, table
from tools.bench.plot import TIMES
from tools.bench.results import Results, Step
from tools.bench.text import INTRODUCTION, PREVIEWS, SIMULATION, UNFAIR

MIB = 2**20
PREVIEWS_OF = {
    "ours": "ours",
    "stock": PEERS["stock"].title,
    "noop": "no-op dynamic resources",
    "components": "component resources, no provider",
}
VARIANTS = {"without": "without the pack", "with": "with the pack"}


def write(results: Results, folder: Path) -> list[Path]:
    """Writes the report and its plot into a folder, and says where they are."""
    sections = [
        "# Performance",
        INTRODUCTION,
        machine(results),
        promises(results),
        *side_by_side.copies(results),
        side_by_side.ratios(results),
        side_by_side.operations(results),
        previews(results),
        policy(results),
        simulation(results.simulation),
        UNFAIR,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "performance.md"]
    written[0].write_text("\n\n".join(filter(None, sections)) + "\n")
    if results.copies("copies"):
        written.append(folder / "performance.svg")
        written[1].write_text(side_by_side.figure(results))
    return written


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
        wall = results.spread("copies", "ours", count, "up", lambda step: step.wall)
        engine = results.spread("copies", "noop", count, "up", lambda step: step.wall)
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


def previews(results: Results) -> str:
    """Previews of a large stack in which nothing changes."""
    rows = preview_rows(results, "previews", PREVIEWS_OF)
    if not rows:
        return ""
    return (
        f"## A stack of {results.copies('previews')[-1]} in which nothing changes\n\n{PREVIEWS}\n\n"
        + table(PREVIEW_HEAD, rows)
    )


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
            failures = [each.failure for each in found if each.failure is not None]
            runs = len(found) - len(failures)
            values: list[tuple[Callable[[Step], float], int]] = [
                (lambda step: step.wall, 1),
                (lambda step: step.cpu, 1),
                (lambda step: step.memory / MIB, 0),
                (lambda step: step.total, 0),
            ]
            if runs:
                cells = [
                    shown(results.spread(kind, key, count, "preview", value), digits)
                    for value, digits in values
                ]
                rows.append([title, *cells, str(runs)])
            elif failures:
                rows.append([title, f"failed: {reason(failures[-1])}", "", "", "", "0"])
    return rows


def pack_adds(results: Results) -> float | None:
    """Seconds between the medians with and without the pack."""
    for count in results.copies("policy"):
        bare = results.spread("policy", "without", count, "preview", lambda step: step.wall)
        packed = results.spread("policy", "with", count, "preview", lambda step: step.wall)
        if bare and packed:
            return packed.median - bare.median
    return None


def simulation(figures: Sequence[Mapping[str, float]]) -> str:
    """The waiting alone, its clock and the service replaced."""
    if not figures:
        return ""
    last = figures[-1]
    rows = [
        ["simulated time until the last is seen", f"{last['hours']:.1f} h"],
        ["calls, in all and a copy", f"{last['calls']:,.0f}, {last['calls'] / last['copies']:.2f}"],
        ["calls of polling each copy every 5 seconds", f"{last['polled']:,.0f}"],
        ["looks", f"{last['looks']:,.0f}"],
        [
            "the watcher's work a look: median, most",
            f"{last['seconds_a_look'] * 1000:.2f} ms, {last['seconds_a_look_at_most'] * 1000:.2f} ms",
        ],
        [
            "memory of all waits",
            f"{last['mebibytes']:.1f} MiB, {last['mebibytes'] * 1024 / last['copies']:.2f} KiB a copy",
        ],
        [
            "seen later than done, in shares of a copy's time: median, most",
            f"{last['late']:.2%}, {last['late_at_most']:.2%}",
        ],
        ["seen later than done, at most", f"{last['late_seconds_at_most']:.0f} s"],
    ]
    title = f"## Simulation: {last['copies']:,.0f} copies over {last['regions']:.0f} regions"
    return f"{title}\n\n{SIMULATION}\n\n" + table(["", ""], rows)
