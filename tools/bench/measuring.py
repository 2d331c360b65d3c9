"""Measuring: fresh folder, fresh service, one command after the other."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tools.bench.commands import BIN, COMPONENTS, PEERS, Command, Peer, Verb, environment, prepare
from tools.bench.processes import Failed, measure
from tools.bench.results import Measurement, Step
from tools.bench.service import Service

VERBS: tuple[Verb, ...] = ("up", "again", "preview")
LIMIT_FACTOR, LIMIT_ADDED = 4, 180.0  # a command that takes so much longer than its forecast has failed
PREVIEWED = {
    "ours": PEERS["ours"],
    "stock": PEERS["stock"],
    "noop": PEERS["noop"],
    "components": COMPONENTS,
}
PREVIEWED_COPIES = 500
POLICY_COPIES = 200


def measure_copies(service: Service, key: str, copies: int, seconds: float) -> Measurement:
    """Copies, runs again, previews; a failure of one of these is the failure of the whole."""
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
        kind="copies", peer=key, copies=copies, seconds=seconds, at=at, steps=steps, failure=failure
    )


def measure_previews(service: Service, repeat: int) -> Iterator[Measurement]:
    """Previews of stacks in which nothing changes: ours, and what the engine takes by itself."""
    for key, peer in PREVIEWED.items():
        yield from measure_unchanged(service, peer, {key: []}, "previews", PREVIEWED_COPIES, repeat)


def measure_policy(service: Service, repeat: int) -> Iterator[Measurement]:
    """Previews of one stack in which nothing changes, without and with the policy pack, in turn."""
    asked = subprocess.run([BIN / "snapcopy", "policy-pack"], capture_output=True, text=True, check=False)
    variants = {"without": [], "with": ["--policy-pack", asked.stdout.strip()]}
    yield from measure_unchanged(service, PEERS["ours"], variants, "policy", POLICY_COPIES, repeat)


def measure_unchanged(
    service: Service, peer: Peer, variants: Mapping[str, Sequence[str]], kind: str, copies: int, repeat: int
) -> Iterator[Measurement]:
    """Brings a stack up, with copies that take no time, then previews it with each variant's arguments in turn."""
    limit = LIMIT_FACTOR * peer.forecast(copies, 0) + LIMIT_ADDED
    try:
        with laid_out(service, peer, copies=copies, seconds=0) as (folder, variables):
            prepare(peer.command("up", copies) or [], folder, variables)
            service.take_calls()
            for name, arguments in [*variants.items()] * repeat:
                at, command = now(), [*(peer.command("preview", copies) or []), *arguments]
                step = run_step(service, command, folder, variables, limit=limit, seconds=0)
                yield Measurement(
                    kind=kind, peer=name, copies=copies, seconds=0, at=at, steps={"preview": step}
                )
    except Failed as reason:
        for name in variants:
            yield Measurement(kind=kind, peer=name, copies=copies, seconds=0, at=now(), failure=str(reason))


@contextmanager
def laid_out(
    service: Service, peer: Peer, *, copies: int, seconds: float
) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A service that knows nothing but the sources, and a peer's program in a folder that is then removed."""
    service.start_afresh(copies=copies, copy_seconds=seconds)
    with tempfile.TemporaryDirectory(prefix="snapcopy-bench-") as name:
        folder = Path(name)
        variables = environment(folder, service.environment, copies=copies)
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
    """Measures one command, with the calls that it makes."""
    service.take_calls()
    usage = measure(command, folder=folder, environment=variables, limit=limit)
    calls = service.take_calls()
    return Step(
        **asdict(usage),
        calls=dict(Counter(call["operation"] for call in calls)),
        reads_waiting=count_reads_waiting(calls, seconds),
    )


def count_reads_waiting(calls: Sequence[Mapping[str, Any]], seconds: float) -> int:
    """The reads from the first CopySnapshot to the moment when the last copy is done, `seconds` after it was asked for."""
    sent = [call["at"] for call in calls if call["operation"] == "CopySnapshot"]
    if not sent:
        return 0
    first, last = min(sent), max(sent) + seconds
    return sum(call["operation"].startswith("Get") and first <= call["at"] <= last for call in calls)


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
