"""The engine that `tests.harness` goes by against the real one: stories, lived through both.

Step by step both must ask the same of the provider, do the same to the service, and hold the same in the state.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from tests.harness import Disturbance, Emulated, Fault, Kill, Stop
from tests.harness.engine import Engine
from tests.harness.program import Declaration, urn
from tests.harness.target import HostDied, Provider, Seen
from tests.harness.wire import Host

from .conftest import day
from .stack import ROUTE, Stack

Asked = tuple[str, dict[str, Any]]
"""A verb, and what the provider is told with it."""
VERBS = ("Check", "Diff", "Create", "Read", "Update", "Delete")
TOLD = ("urn", "id", "olds", "news", "inputs", "properties")
KEPT = ("urn", "id", "inputs", "outputs")
MARKS = {
    "delete": "delete",
    "pendingReplacement": "pending_replacement",
    "retainOnDelete": "retain",
    "initErrors": "init_errors",
}
"""What an entry of the state may be marked with, in the real engine and in the model."""
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Step:
    """A run, what comes before it and between, and the verbs that it comes to, checks and diffs aside."""

    verbs: str
    declared: Declaration | None = None
    disturbance: Disturbance | None = None
    before: str = ""
    command: str = "up"


WEB = Declaration(
    name="web",
    source="db-1",
    tags={"team": "shop"},
    source_region=ROUTE["source_region"],
    target_region=ROUTE["target_region"],
)
TAGGED = replace(WEB, tags={"cost": "7"})
RENAMED = replace(WEB, name="shop", alias="web")
RETAINED = replace(WEB, retain=True)
# `Emulated` has automatic snapshots of these days.
OLDER, NEWER = (replace(WEB, source="web-1", automatic="date", date=day(ago)) for ago in (14, 13))
NAMED, NAMED_NEWER = (replace(each, explicit="web-dr") for each in (OLDER, NEWER))
FAILING = Fault(kind="copy-fails", operation="CopySnapshot")
DENIED = Fault(kind="denied", operation="Delete", times=9)
MADE, NAMED_MADE = Step("Create", WEB), Step("Create", NAMED)
REFRESH, DESTROY = Step("Read", command="refresh"), Step("Delete", command="destroy")

STORIES = {
    "edited, renamed, no longer declared": [
        MADE, Step("", WEB), Step("Update", TAGGED), Step("Update", RENAMED), Step("Delete")],
    "of another date; the old copy may not be deleted, and is asked for again": [
        Step("Create", OLDER), Step("Create Delete", NEWER, DENIED), Step("", NEWER), Step("Create Delete", OLDER)],
    "of another date under its name; killed in between": [
        NAMED_MADE, Step("Delete Create", NAMED_NEWER, Kill(at="CopySnapshot", done=False)), Step("Create", NAMED_NEWER),
        Step("Delete Create", NAMED)],
    "replaced by its like": [
        MADE, Step("Create Delete", WEB, before="replaced"), Step("Create Delete", TAGGED, before="tainted"), DESTROY],
    "removed by hand": [
        MADE, replace(REFRESH, before="removed"), MADE, Step("Update", TAGGED, before="removed")],
    "killed": [
        Step("Create", WEB, Kill(at="CopySnapshot", done=True)), MADE, Step("Update", TAGGED, Kill(at="TagResource", done=True)),
        Step("Update", TAGGED)],
    "failed, of another date": [Step("Create", OLDER, FAILING), Step("Create Delete", NEWER)],
    "stopped, edited": [Step("Create", WEB, Stop()), Step("Update", TAGGED)],
    "stopped, refreshed": [Step("Create", WEB, Stop()), REFRESH, Step("Update", WEB)],
    "stopped, of another date under its name": [
        Step("Create", NAMED, Stop()), Step("Delete Create", NAMED_NEWER, Stop()), DESTROY],
    "retained from now on": [MADE, Step("Update", RETAINED), replace(DESTROY, verbs="")],
}  # fmt: skip


EVERY_DAY = ("stopped, refreshed", "of another date under its name; killed in between")


class Cli:
    """The real engine, which writes down what it asks."""

    def __init__(self, target: Emulated, folder: Path) -> None:
        self.target, self.stack = target, Stack(folder, target.emulator, folder / "home")
        self.log = folder / "asked.json"
        self.identity = ""
        """The stack's, which the model's declarations take over: keys and owners are made of it."""
        self.stack.environment["PULUMI_DEBUG_GRPC"] = str(self.log)

    def run(self, step: Step, provider: Provider) -> str | bool:
        """Run the CLI; whether that went well. It starts a provider of its own."""
        stack, arguments = self.stack, [step.command, "--yes", "--skip-preview"]
        stack.program(written(step.declared) if step.declared else "")
        if step.before == "tainted":
            stack.run("state", "taint", urn("web"), "--yes")
        elif step.before == "replaced":
            arguments += ["--replace", urn("web")]
        held = self.target.emulator.faults.all()
        if isinstance(step.disturbance, Kill):
            stack.up_killed_at(held)
            return INTERRUPTED
        running = stack.start(*arguments)
        if isinstance(step.disturbance, Stop):
            held[0].wait_reached(120)
            running.send_signal(signal.SIGINT)
            held[0].release()
        running.communicate(timeout=240)
        return running.returncode == 0

    def asked(self) -> list[Asked]:
        """What it has asked of the provider in this run."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.log.unlink()
        return [
            (line["method"].rpartition("/")[2], line["request"])
            for line in lines
            if line["metadata"].get("kind") == "resource"
            and line["progress"] == "request_started"
            and "StackIdentity" not in line["request"].get("urn", "")
        ]

    def state(self) -> list[dict[str, Any]]:
        """The entries of the state."""
        resources = self.stack.state()
        ids = [each["id"] for each in resources if each["type"].endswith("snapcopy:StackIdentity")]
        self.identity = next(iter(ids), self.identity)
        return self.stack.entries()


class Modelled:
    """The engine that the state machine drives; what it asks is written down on the wire."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.engine = Engine()
        self.messages: list[Any] = []
        call = Host._call

        def written_down(*args: Any) -> Any:
            self.messages.append(args[-1])
            return call(*args)

        patch.setattr(Host, "_call", written_down)

    def run(self, step: Step, provider: Provider) -> str | bool:
        """Run the model; whether that went well."""
        if step.before in ("tainted", "replaced"):
            self.engine.state[0].taint = True
        program = [{step.declared.name: step.declared.goal()} if step.declared else {}]
        try:
            return not getattr(self.engine, step.command)(provider, *program[: step.command == "up"])
        except HostDied:
            return INTERRUPTED

    def asked(self) -> list[Asked]:
        """What it has asked of the provider in this run."""
        messages, self.messages = self.messages, []
        return [(type(each).__name__.removesuffix("Request"), MessageToDict(each)) for each in messages]

    def state(self) -> list[dict[str, Any]]:
        """The entries of the state."""
        names = {**{key: key for key in KEPT}, **MARKS}
        return [{key: getattr(each, names[key]) for key in names} for each in self.engine.state]


def written(declared: Declaration) -> str:
    """The program of a declaration."""
    source = "source_resource_name" if declared.automatic else "source_snapshot_name"
    return f"""CopiedSnapshot({declared.name!r}, {source}={declared.source!r}, restore_date={declared.date!r}, **{ROUTE!r},
    target_snapshot_name={declared.explicit!r}, tags={declared.tags!r}, opts=ResourceOptions(
        retain_on_delete={declared.retain!r}, aliases=[Alias({declared.alias!r})] if {declared.alias!r} else None))
"""


def lived(target: Emulated, engine: Cli | Modelled, story: list[Step]) -> Iterator[dict[str, Any]]:
    """Live a story: what each step asks and does, and what there is after it."""
    target.reset()
    ids: dict[str, str] = {}
    for step in story:
        if step.before == "removed":
            target.remove(*copies(target))
        target.emulator.clear_calls()
        provider = target.start(step.disturbance)
        try:
            went_well = engine.run(step, provider)
        finally:
            target.stop()
        asked = [each for each in engine.asked() if each[0] in VERBS]
        assert " ".join(verb for verb, _ in asked if verb not in ("Check", "Diff")) == step.verbs
        calls = [each for each in target.emulator.calls() if not each.operation.startswith("Get")]
        seen = {
            "went well": went_well,
            "asked": [(verb, {key: said.get(key) for key in TOLD}) for verb, said in asked],
            "done": [(call.operation, call.parameters) for call in calls],
            "copies": [(each.name, each.arn, each.state, each.tags) for each in copies(target)],
            "state": [
                [*(each[key] for key in KEPT), [mark for mark in MARKS if each.get(mark)]]
                for each in engine.state()
            ],
        }
        # Ids and times are new each time; an id is told by when it first came up.
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "then", json.dumps(seen))
        for id_ in re.findall(r"\w{8}(?:-\w{4}){3}-\w{12}", text):
            text = text.replace(id_, ids.setdefault(id_, f"#{len(ids)}"))
        yield json.loads(text)


def copies(target: Emulated) -> list[Seen]:
    """The copies that there are."""
    return [each for each in target.snapshots() if each.region == WEB.target_region]


@pytest.fixture(scope="module")
def target() -> Iterator[Emulated]:
    with Emulated() as running:
        yield running


@pytest.mark.parametrize(
    "story", [each if each in EVERY_DAY else pytest.param(each, marks=pytest.mark.soak) for each in STORIES]
)
def test_the_model_of_the_engine_does_as_the_engine(
    story: str, target: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model and the engine call the same verbs with the same values, and end with the same calls, copies and state."""
    cli = Cli(target, tmp_path)
    real = list(lived(target, cli, STORIES[story]))
    told = [
        replace(step, declared=replace(step.declared, identity=cli.identity)) if step.declared else step
        for step in STORIES[story]
    ]
    model = list(lived(target, Modelled(monkeypatch), told))
    for step, of_the_model, of_the_real in zip(STORIES[story], model, real, strict=True):
        assert of_the_model == of_the_real, step
