"""The bounds that this project sets itself, checked against the figures of a bench."""

from __future__ import annotations

from collections.abc import Iterator

from tools.bench.commands import OURS, SERVICES
from tools.bench.markdown import counted
from tools.bench.plot import TIMES
from tools.bench.results import Results

SHARE = 1.03  # of the slowest copy and the engine's own time: 3 % more
READS_WAITING = 0.5  # reads for each copy, while 100 copies wait
READS_OF_ONE = 20  # reads for a single copy, in all
UNCHANGED = 1.25  # times the duration of a preview of no-op resources


INTRODUCTION = """\
Goals that this project sets itself. Copies take about as long as the slowest, and a hundred cost hardly more reads than one. Where a
goal is missed, this is why: copies that end together are written into the state one after the other, the whole state each time, by
Pulumi's file backend (some 30 ms each); polls that are 5 % of a copy's age apart are about 45 in two minutes, however many wait; and a
copy has 17 declared properties, which program, engine and host handle in a preview, a no-op resource of the comparison 5."""


def promises(results: Results) -> str:
    """Return the report's section on the bounds, a line for each bound that has figures."""
    lines = [line for service in SERVICES for line in of_service(results, service)]
    lines += [*unchanged(results), *pack(results)]
    listed = "\n".join(f"- {line}" for line in lines)
    return f"## The bounds\n\n{INTRODUCTION}\n\n{listed}" if lines else ""


def of_service(results: Results, service: str) -> Iterator[str]:
    """Yield the bounds on wall time and reads of our provider on one service, with short and with longer copies."""
    ours = OURS[service]
    for kind in ("copies", "long"):
        seconds = results.seconds(kind) or 0.0
        for count in results.copies(kind, [ours]):
            wall = results.spread(kind, ours, count, "up", lambda step: step.wall)
            engine = results.spread("copies", "noop", count, "up", lambda step: step.wall)
            waiting = results.spread(kind, ours, count, "up", lambda step: step.reads_waiting / count)  # noqa: B023
            reads = results.spread(kind, ours, count, "up", lambda step: step.reads)
            if count == 1 and reads:
                yield (
                    f"{SERVICES[service]}: one copy of {seconds:g} s costs at most {READS_OF_ONE} reads: "
                    f"{reads.median:.0f}. {verdict(reads.median <= READS_OF_ONE)}"
                )
            if count >= 100 and wall and engine:
                bound = SHARE * (seconds + engine.median)
                yield (
                    f"{SERVICES[service]}: {counted(count)} of {seconds:g} s within one copy's time + the engine's own "
                    f"time for {count} no-op resources, and 3 %: {wall.median:.1f} s ≤ {SHARE}{TIMES} ({seconds:g} s + "
                    f"{engine.median:.1f} s) = {bound:.1f} s. {verdict(wall.median <= bound)}"
                )
            if count >= 100 and waiting:
                yield (
                    f"{SERVICES[service]}: at most {READS_WAITING} reads a copy while {count} of {seconds:g} s wait in one "
                    f"region: {waiting.median:.2f}. {verdict(waiting.median <= READS_WAITING)}"
                )


def unchanged(results: Results) -> Iterator[str]:
    """Yield the bound on a preview without changes, compared with a preview of no-op resources."""
    for count in results.copies("previews"):
        ours = results.spread("previews", "ours", count, "preview", lambda step: step.wall)
        noop = results.spread("previews", "noop", count, "preview", lambda step: step.wall)
        wide = results.spread("previews", "wide", count, "preview", lambda step: step.wall)
        if ours and noop:
            ratio = ours.median / noop.median
            beside = f", beside ones with a copy's properties {ours.median / wide.median:.2f}" if wide else ""
            yield (
                f"An unchanged preview of {count} copies takes at most {UNCHANGED}{TIMES} that of {count} no-op dynamic "
                f"resources: {ours.median:.1f} s ÷ {noop.median:.1f} s = {ratio:.2f}{beside}. {verdict(ratio <= UNCHANGED)}"
            )


def pack(results: Results) -> Iterator[str]:
    """Yield the bound on the time that the policy pack adds."""
    added = pack_adds(results)
    if added is not None:
        count = results.copies("policy")[-1]
        yield (
            f"The policy pack adds less than two seconds to a preview of {count} copies: {added:.1f} s. {verdict(added < 2)}"
        )


def verdict(holds: bool) -> str:
    """Return in Markdown whether a bound holds."""
    return "**Holds.**" if holds else "**Doesn't hold.**"


def pack_adds(results: Results) -> float | None:
    """Return the seconds between the medians with and without the pack, or None if either is missing."""
    for count in results.copies("policy"):
        bare = results.spread("policy", "without", count, "preview", lambda step: step.wall)
        packed = results.spread("policy", "with", count, "preview", lambda step: step.wall)
        if bare and packed:
            return packed.median - bare.median
    return None
