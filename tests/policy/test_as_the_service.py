"""The pack refuses exactly what the service refuses: the same requests, put to both."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.families import CATALOGUE

from tests.engine.conftest import Service, day

from .conftest import OTHERS, THEIRS, Judge

MODES: dict[str, Any] = {
    "sourceSnapshotName": "db-before-upgrade",
    "sourceResourceName": "web-1",
    "restoreDate": day(1),
    "useLatestRestorableAutoSnapshot": True,
}
ABSENT, KNOWN, UNKNOWN, FALSE = "absent", "known", "unknown", "false"
COMBINATIONS = list(product(*[[ABSENT, KNOWN, UNKNOWN]] * 3, [ABSENT, KNOWN, UNKNOWN, FALSE]))
MANUAL = {"sourceSnapshotName": "db-before-upgrade"}
AUTOMATIC = {"sourceResourceName": "web-1"}
EDGES: dict[str, dict[str, Any]] = {
    **{
        f"target-{number}": {**MANUAL, "targetSnapshotName": name}
        for number, name in enumerate(
            ["a1", "a.b", "a_b", "a-b", "A" * 255, "00", "a", "-a", "a-", ".a", "a.", "a_", "a b", "a/b", "ä1", "A" * 256, ""]
        )
    },
    **{
        f"date-{number}": {**AUTOMATIC, "restoreDate": date}
        for number, date in enumerate(
            [day(0), day(6), "", "20.11.2026", "2026-02-30", "20261120", "2026-1-2", day(-1), f"{day(1)}T00:00:00"]
        )
    },
    **{
        f"region-{number}": {**MANUAL, "sourceRegion": region}
        for number, region in enumerate(["us-esat-1", "mars", "", "US-EAST-1", None])
    },
    "empty-snapshot": {"sourceSnapshotName": ""},
    "empty-resource": {"sourceResourceName": "", "restoreDate": day(1)},
}  # fmt: skip
"""Values at the edge of what the service takes, all others being good."""


def known_as(combination: tuple[str, ...], latest: str) -> dict[str, Any]:
    """A combination's request when all is known, and the flag as said."""
    chosen = {
        key: MODES[key] for key, state in zip(MODES, combination[:3], strict=False) if state is not ABSENT
    }
    flags = {
        KNOWN: {"useLatestRestorableAutoSnapshot": True},
        FALSE: {"useLatestRestorableAutoSnapshot": False},
    }
    return {**chosen, **flags.get(latest, {})}


def declared(combination: tuple[str, ...]) -> dict[str, str]:
    """A combination as a program writes it."""
    texts = {KNOWN: "{!r}", FALSE: "not {!r}", UNKNOWN: "unknown({!r})"}
    return {
        key: texts[state].format(MODES[key])
        for key, state in zip(MODES, combination, strict=True)
        if state is not ABSENT
    }


def request(arguments: dict[str, Any], name: str) -> dict[str, Any]:
    """A whole request; what is None is left out."""
    whole = {"sourceRegion": "us-east-1", "targetSnapshotName": name, **arguments}
    return {key: value for key, value in whole.items() if value is not None}


class Answers:
    """What the service answers to requests; each is asked once."""

    def __init__(self, emulator: Emulator) -> None:
        self.client, self.known = emulator.client("eu-west-1"), dict[str, bool]()

    def refused(self, arguments: dict[str, Any]) -> bool:
        key = repr(sorted(arguments.items()))
        if key not in self.known:
            try:
                self.client.copy_snapshot(**request(arguments, f"copy-{len(self.known)}"))
                self.known[key] = False
            except (ClientError, ParamValidationError):
                self.known[key] = True
        return self.known[key]


def refused_whatever_comes(combination: tuple[str, ...], answers: Answers) -> bool:
    """The service's verdict: a value counts as given while it isn't known, a flag may turn out either way."""
    flags = [KNOWN, FALSE] if combination[3] is UNKNOWN else [combination[3]]
    return all(answers.refused(known_as(combination, flag)) for flag in flags)


@pytest.mark.engine
def test_the_pack_refuses_exactly_what_the_service_refuses(
    judge: Judge, emulator: Emulator, service: Service
) -> None:
    """All combinations of the four mode arguments, absent, known and unknown, and values at the edge, in one preview."""
    lines = [OTHERS]
    for number, combination in enumerate(COMBINATIONS):
        given = "".join(f", {key}={text}" for key, text in declared(combination).items())
        lines.append(
            f"CopySnapshot('mode-{number}', sourceRegion='us-east-1', targetSnapshotName='copy'{given})"
        )
    for name, arguments in EDGES.items():
        lines.append(f"CopySnapshot({name!r}, **{request(arguments, 'copy')!r})")
    config = {rule.name: {"types": [THEIRS]} for rule in CATALOGUE.request}
    judged = judge("\n".join(lines), config, ok=False)
    assert emulator.calls() == []

    answers = Answers(emulator)
    different = [
        (combination, judged.of(f"mode-{number}"))
        for number, combination in enumerate(COMBINATIONS)
        if bool(judged.of(f"mode-{number}")) != refused_whatever_comes(combination, answers)
    ] + [
        (arguments, judged.of(name))
        for name, arguments in EDGES.items()
        if bool(judged.of(name)) != answers.refused(arguments)
    ]
    assert different == []
    refused = {each.policy for each in judged.findings if each.resource.startswith("mode-")}
    assert refused == {"manual-or-automatic-source", "date-or-latest"}
    assert sum(not judged.of(f"mode-{number}") for number in range(len(COMBINATIONS))) == 6 + 16
