"""Run the measurements: each with a fresh folder, a fresh service, and one command after the other."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tools.bench.commands import (
    BIN,
    COMPONENTS,
    KEPT,
    PEERS,
    RECOVERY,
    WIDE,
    Command,
    Peer,
    Verb,
    environment,
    prepare,
)
from tools.bench.processes import Failed, measure
from tools.bench.results import Measurement, Step, is_read
from tools.bench.service import SOURCE_REGION, TARGET_REGION, Service

VERBS: tuple[Verb, ...] = ("up", "again", "preview")
SENDS = ("CopySnapshot", "CreateSnapshot")
LIMIT_FACTOR, LIMIT_ADDED = 4, 180.0  # a command over 4 times its forecast and 180 s has failed
PREVIEWED = {
    "ours": PEERS["ours"],
    "stock": PEERS["stock"],
    "noop": PEERS["noop"],
    "wide": WIDE,
    "components": COMPONENTS,
}
PREVIEWED_COPIES = 500
POLICY_COPIES = 200
RECOVERY_SOURCES = 50


def measure_copies(
    service: Service, key: str, copies: int, seconds: float, kind: str = "copies"
) -> Measurement:
    """Measure copies, a second run, and a preview; a failure of any command is the measurement's failure."""
    peer, at, failure = PEERS[key], now(), None
    steps: dict[str, Step] = {}
    limit = LIMIT_FACTOR * peer.forecast(copies, seconds) + LIMIT_ADDED
    try:
        with laid_out(service, peer, copies=copies, seconds=seconds) as (folder, variables):
            for verb in VERBS:
                command = peer.command(verb, copies)
                if command is not None:
                    steps[verb] = run_step(service, command, folder, variables, limit=limit, seconds=seconds)
    except Failed as reason:
        failure = str(reason)
    return Measurement(
        kind=kind, peer=key, copies=copies, seconds=seconds, at=at, steps=steps, failure=failure
    )


def measure_previews(service: Service, repeat: int) -> Iterator[Measurement]:
    """Measure previews without changes, of our provider and of the peers in `PREVIEWED`, in turn."""
    copies, stacks = PREVIEWED_COPIES, dict[str, tuple[Path, Mapping[str, str]]]()
    with ExitStack() as ends:
        for key, peer in PREVIEWED.items():
            try:
                folder, variables = ends.enter_context(laid_out(service, peer, copies=copies, seconds=0))
                prepare(peer.command("up", copies) or [], folder, variables)
                stacks[key] = folder, variables
            except Failed as reason:
                yield Measurement(
                    kind="previews", peer=key, copies=copies, seconds=0, at=now(), failure=str(reason)
                )
        for key, (folder, variables) in [*stacks.items()] * repeat:
            yield preview(service, PREVIEWED[key], key, "previews", copies, folder, variables)


def measure_policy(service: Service, repeat: int) -> Iterator[Measurement]:
    """Measure previews of one stack without changes, without and with the policy pack, in turn."""
    asked = subprocess.run([BIN / "snapcopy", "policy-pack"], capture_output=True, text=True, check=False)
    variants = {"without": [], "with": ["--policy-pack", asked.stdout.strip()]}
    yield from measure_unchanged(service, PEERS["ours"], variants, "policy", POLICY_COPIES, repeat)


def measure_unchanged(
    service: Service, peer: Peer, variants: Mapping[str, Sequence[str]], kind: str, copies: int, repeat: int
) -> Iterator[Measurement]:
    """Bring a stack up, with copies that take no time, then preview it with each variant's arguments in turn."""
    try:
        with laid_out(service, peer, copies=copies, seconds=0) as (folder, variables):
            prepare(peer.command("up", copies) or [], folder, variables)
            service.take_calls()
            for name, arguments in [*variants.items()] * repeat:
                yield preview(service, peer, name, kind, copies, folder, variables, arguments)
    except Failed as reason:
        for name in variants:
            yield Measurement(kind=kind, peer=name, copies=copies, seconds=0, at=now(), failure=str(reason))


def preview(
    service: Service,
    peer: Peer,
    name: str,
    kind: str,
    copies: int,
    folder: Path,
    variables: Mapping[str, str],
    arguments: Sequence[str] = (),
) -> Measurement:
    """Measure a preview of a stack that is up; a failure is returned as a measurement too."""
    at, command = now(), [*(peer.command("preview", copies) or []), *arguments]
    limit = LIMIT_FACTOR * peer.forecast(copies, 0) + LIMIT_ADDED
    steps, failure = dict[str, Step](), None
    try:
        steps["preview"] = run_step(service, command, folder, variables, limit=limit, seconds=0)
    except Failed as reason:
        failure = str(reason)
    return Measurement(kind=kind, peer=name, copies=copies, seconds=0, at=at, steps=steps, failure=failure)


def measure_recovery(
    service: Service, key: str, seconds: float, sources: int = RECOVERY_SOURCES
) -> Measurement:
    """Measure a day of a recovery region that holds `KEPT` copies of each source: one is made, one is deleted."""
    peer, at, failure = RECOVERY[key], now(), None
    steps: dict[str, Step] = {}
    today = datetime.now(timezone.utc).date()
    held = [str(today - timedelta(days=day)) for day in range(KEPT, 0, -1)]
    try:
        with laid_out(service, peer, copies=0, seconds=0) as (folder, _):
            variables = environment(folder, service.environment(peer.service), copies=sources)
            begin_recovery(service, sources, held)
            if key == "ours":
                prepare(peer.command("up", sources) or [], folder, variables)
            else:
                names = [f"source-{number:03}-{day}" for number in range(sources) for day in held]
                service.seed({TARGET_REGION: {"instanceSnapshots": [{"name": name} for name in names]}})
            service.set_copy_seconds(seconds)
            service.take_automatic_snapshots(sources, str(today))
            limit = LIMIT_FACTOR * peer.forecast(sources, seconds) + LIMIT_ADDED
            command = peer.command("up", sources) or []
            steps["up"] = run_step(service, command, folder, variables, limit=limit, seconds=seconds)
    except Failed as reason:
        failure = str(reason)
    return Measurement(
        kind="recovery", peer=key, copies=sources, seconds=seconds, at=at, steps=steps, failure=failure
    )


def begin_recovery(service: Service, sources: int, held: Sequence[str]) -> None:
    """Create instances with automatic snapshots of these days, so that the region can copy all of them at once."""
    instances = [{"name": f"source-{number:03}", "automaticSnapshots": [*held]} for number in range(sources)]
    service.seed({SOURCE_REGION: {"instances": instances}})


@contextmanager
def laid_out(
    service: Service, peer: Peer, *, copies: int, seconds: float
) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Reset the service to its sources, and yield a temporary folder with a peer's program, and its environment."""
    service.start_afresh(copies=copies, copy_seconds=seconds)
    with tempfile.TemporaryDirectory(prefix="snapcopy-bench-") as name:
        folder = Path(name)
        variables = environment(
            folder, service.environment(peer.service), copies=copies, service=peer.service
        )
        peer.lay_out(folder, variables)
        yield folder, variables


def run_step(
    service: Service,
    command: Command,
    folder: Path,
    variables: Mapping[str, str],
    *,
    limit: float,
    seconds: float,
) -> Step:
    """Measure one command and the calls that it makes."""
    service.take_calls()
    usage = measure(command, folder=folder, environment=variables, limit=limit)
    calls = service.take_calls()
    return Step(
        **asdict(usage),
        calls=dict(Counter(call["operation"] for call in calls)),
        reads_waiting=count_reads_waiting(calls, seconds),
    )


def count_reads_waiting(calls: Sequence[Mapping[str, Any]], seconds: float) -> int:
    """Return the number of reads from the first request for a copy until `seconds` after the last such request."""
    sent = [call["at"] for call in calls if call["operation"] in SENDS]
    if not sent:
        return 0
    first, last = min(sent), max(sent) + seconds
    return sum(is_read(call["operation"]) and first <= call["at"] <= last for call in calls)


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
