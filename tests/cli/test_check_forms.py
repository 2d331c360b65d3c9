"""`snapcopy check`: what the CLI and the shells around it write, in whichever form, is judged alike."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Check
from .states import INSTANCE, broken, copied, declared, preview, refusal, state

WRONG = copied(targetRegion="eu-west-9")
PRETTY = json.dumps(preview(WRONG), indent=4)
PLAN = json.dumps({"manifest": {}, "resourcePlans": {}}, indent=4)


def events(
    *resources: dict[str, Any], op: str = "create", result: str = "succeeded", config: Any = None, **said: str
) -> str:
    """Engine events, one a line, as a preview that streams them prints them."""
    changes = [
        {
            kind: {
                "metadata": {"op": op, "urn": each["urn"], "type": each["type"], "new": each},
                "planning": True,
            }
        }
        for each in resources
        for kind in ("resourcePreEvent", "resOutputsEvent")
    ]
    diagnostics = [{"diagnosticEvent": {"prefix": "error: ", "severity": "error", **said}}] if said else []
    debug = {"diagnosticEvent": {"prefix": "debug: ", "severity": "debug", "message": "registering\n"}}
    summary = {"summaryEvent": {"resourceChanges": {op: len(resources)}, "isPreview": True, "result": result}}
    found: list[dict[str, Any]] = [
        {"preludeEvent": {"config": config or {}}},
        debug,
        *changes,
        *diagnostics,
        summary,
        {"cancelEvent": {}},
    ]
    return "".join(
        json.dumps({"sequence": number, "timestamp": 1, **event}) + "\n" for number, event in enumerate(found)
    )


def checkpoint(*resources: dict[str, Any]) -> str:
    """A checkpoint as a backend keeps it in its bucket."""
    latest = {"manifest": {}, "resources": list(resources)}
    return json.dumps({"version": 3, "checkpoint": {"stack": "organization/shop/dev", "latest": latest}})


FORMS: dict[str, bytes] = {
    "preview": PRETTY.encode(),
    "state": json.dumps(state(WRONG)).encode(),
    "text before": f"Installing policy pack shop/rules…\n\nFinished {{installing}}\n{PRETTY}\n".encode(),
    "text behind": f"{PRETTY}\nThe plan was written to plan.json\n".encode(),
    "a saved plan behind": f"{PRETTY}\n{PLAN}\n".encode(),
    "events": events(WRONG).encode(),
    "text before events": f"Installing policy pack\n{events(WRONG)}".encode(),
    "a checkpoint": checkpoint(WRONG).encode(),
    "a compressed checkpoint": gzip.compress(checkpoint(WRONG).encode()),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + PRETTY.encode(),
    "UTF-16 as PowerShell writes it": b"\xff\xfe" + PRETTY.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, the other way round": b"\xfe\xff" + PRETTY.encode("utf-16-be"),
    "UTF-16 without a mark": PRETTY.encode("utf-16-le"),
    "events in UTF-16": b"\xff\xfe" + events(WRONG).replace("\n", "\r\n").encode("utf-16-le"),
    "old line ends": PRETTY.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_whatever_the_cli_and_the_shells_write_is_judged_alike(check: Check, form: str) -> None:
    """The same violation in the same copy."""
    Path("file").write_bytes(FORMS[form])
    result = check("file", "--format", "json")
    assert (broken(result), result.exit_code) == ([("db", "known-region", "targetRegion")], 1)


@pytest.mark.parametrize(
    "text", ['{"version": 3, "checkpoint": {"stack": "dev", "latest": null}}', checkpoint()]
)
def test_the_checkpoint_of_an_empty_stack_is_good(check: Check, text: str) -> None:
    """A stack of which nothing was ever made has no deployment at all."""
    Path("file").write_text(text)
    result = check("file")
    assert result.exit_code == 0 and "the stack has no resources" in result.stderr


def test_an_empty_file_is_answered_with_what_to_run(check: Check) -> None:
    """It is what a command leaves that failed before it printed anything."""
    Path("file").write_text("")
    result = check("file")
    assert result.exit_code == 2
    assert "Error: file is empty. Write it with `pulumi preview --json --show-sames > FILE`" in result.stderr


def test_what_the_provider_refused_is_found_in_events(check: Check) -> None:
    """The engine's words are the same, beside a prefix."""
    (diagnostic,) = refusal("property targetRegion value {x} has a problem: Lightsail has no region 'x'.")[
        "diagnostics"
    ]
    said = {"urn": diagnostic["urn"], "message": diagnostic["message"].removeprefix("error: ")}
    Path("file").write_text(events(result="failed", **said))
    result = check("file", "--format", "json")
    assert (broken(result), result.exit_code) == ([("db", "refused-by-provider", "targetRegion")], 1)


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        (events(copied(), result="failed", message="Program failed: boom\n"), "Program failed: boom", 2),
        (events(copied(), result="failed"), "by a policy that isn't judged here", 0),
        (
            events(result="failed").replace('"isPreview": true', '"isPreview": false'),
            "so it isn't all there: error: update failed",
            2,
        ),
        (events(copied()).partition('{"sequence": 4')[0], "the engine's events end before their summary", 2),
    ],
)
def test_events_that_ended_early_are_no_good_preview(check: Check, text: str, said: str, code: int) -> None:
    """A failed program, a policy that refused, an update that a policy ended, and a command that was killed."""
    Path("file").write_text(text)
    result = check("file")
    assert result.exit_code == code
    assert said in result.stderr


@pytest.mark.parametrize(("op", "code"), [("create", 1), ("same", 1), ("delete", 0), ("delete-replaced", 0)])
def test_what_goes_is_not_judged_in_events(check: Check, op: str, code: int) -> None:
    """As in a preview."""
    Path("file").write_text(events(WRONG, op=op))
    assert check("file").exit_code == code


def test_what_a_copy_covers_is_not_told_by_events(check: Check) -> None:
    """They don't say which instance a name comes from, so none is accused of having no copy."""
    lone = declared("lone-1", kind=INSTANCE, inputs={"name": "lone-1"})
    Path("file").write_text(events(lone))
    result = check("file")
    assert (result.exit_code, result.stdout) == (0, "0 resources judged; violations: none.\n")
    assert "Preview without PULUMI_ENABLE_STREAMING_JSON_PREVIEW to have all." in result.stderr


@pytest.mark.parametrize("form", ["events", "preview"])
def test_hidden_sames_are_counted_once(check: Check, form: str) -> None:
    """A resource that is shown in several events is one."""
    make: Callable[..., Any] = (
        events if form == "events" else lambda *given, op: json.dumps(preview(*given, op=op))
    )
    Path("file").write_text(make(copied(), op="same"))
    assert "what is unchanged" not in check("file").stderr


def test_the_stacks_configuration_in_a_file_says_which_cloud_is_meant(check: Check) -> None:
    """A preview has it, engine events have it in their prelude, and a state in the default provider's inputs."""
    kind, config = "pulumi-python:dynamic/ec2:CopiedSnapshot", {"snapcopy:ec2Api": "fcu"}
    source = {"sourceSnapshotId": "snap-0123abcd", "sourceRegion": "eu-west-2", "targetRegion": "eu-west-2"}
    copy = declared("vol", kind=kind, inputs={**source, "encrypted": True})
    provider = declared("default", kind="pulumi:providers:pulumi-python", inputs=config)
    forms: dict[str, tuple[Any, Any]] = {
        "a preview": (preview(copy, config=config), preview(copy)),
        "events": (events(copy, config=config), events(copy)),
        "a state": (state(provider, copy), state(copy)),
    }
    for form, (told, untold) in forms.items():
        found = [broken(check("--format", "json", *_as_file(each))) for each in (told, untold)]
        assert [("vol", "fcu-plain-copy", "encrypted") in each for each in found] == [True, False], form


def _as_file(content: Any) -> list[Any]:
    if not isinstance(content, str):
        return [content]
    Path("events.json").write_text(content)
    return ["events.json"]
