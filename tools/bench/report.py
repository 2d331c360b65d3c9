"""docs/performance.md, written from the measurements alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.bench import side_by_side
from tools.bench.bounds import pack_adds, promises
from tools.bench.commands import PEERS, RECOVERY
from tools.bench.markdown import reason, shown, table
from tools.bench.results import Results, Step
from tools.bench.text import DAY, INTRODUCTION, PREVIEWS, SIMULATION, UNFAIR

MIB = 2**20
PREVIEWS_OF = {
    "ours": "ours",
    "stock": PEERS["stock"].title,
    "noop": "no-op dynamic resources",
    "wide": "no-op dynamic resources, with as many properties as a copy",
    "components": "component resources, no provider",
}
VARIANTS = {"without": "without the pack", "with": "with the pack"}


def write(results: Results, folder: Path) -> list[Path]:
    """Write the report and its plot into a folder, and return their paths."""
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
        recovery(results),
        simulation(results.simulation),
        UNFAIR,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "performance.md"]
    written[0].write_text("\n\n".join(filter(None, sections)) + "\n")
    if results.copies("copies", side_by_side.COPIERS):
        written.append(folder / "performance.svg")
        written[1].write_text(side_by_side.figure(results))
    return written


def machine(results: Results) -> str:
    """Return the section on when, how and on which machine the measurements were made."""
    if not results.measurements:
        return "**Nothing is measured yet.**"
    times = [each.at for each in results.measurements]
    first, last = (f"{at[:10]} {at[11:16]}" for at in (min(times), max(times)))
    told = {"Measured": f"{first} to {last}, UTC"}
    for name in results.machines[0] if results.machines else ():
        told[name] = ", then ".join(dict.fromkeys(each[name] for each in results.machines))
    return table(["", ""], [[name, value] for name, value in told.items()])


def previews(results: Results) -> str:
    """Return the section on previews of a large stack without changes."""
    rows = preview_rows(results, "previews", PREVIEWS_OF)
    if not rows:
        return ""
    return (
        f"## A stack of {results.copies('previews')[-1]} in which nothing changes\n\n{PREVIEWS}\n\n"
        + table(PREVIEW_HEAD, rows)
    )


def policy(results: Results) -> str:
    """Return the section on what the policy pack adds to a preview."""
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
    """Return the rows of a table of previews."""
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


def recovery(results: Results) -> str:
    """Return the section on a day of a recovery region, compared with a script."""
    rows = []
    for count in results.copies("recovery"):
        for key, peer in RECOVERY.items():
            for each in results.find("recovery", key, count)[-1:]:
                step = each.steps.get("up")
                if step is None:
                    rows.append([peer.title, f"failed: {reason(each.failure or '')}", "", "", "", "", ""])
                    continue
                made = ", ".join(f"{name} {number}" for name, number in sorted(step.calls.items()))
                figures = (f"{step.wall:.1f}", f"{step.wall - each.seconds:.1f}", f"{step.cpu:.1f}")
                memory, total = f"{step.memory / MIB:.0f}", str(step.total)
                rows.append([f"{peer.title}, {count} sources", *figures, memory, total, made])
    if not rows:
        return ""
    head = ("", "wall, s", "beyond one copy, s", "CPU, s", "peak memory, MiB", "calls", "which")
    return f"## A day of a recovery region\n\n{DAY}\n\n" + table(head, rows)


def simulation(figures: Sequence[Mapping[str, float]]) -> str:
    """Return the section on the simulation of waiting, with a simulated clock and service."""
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
