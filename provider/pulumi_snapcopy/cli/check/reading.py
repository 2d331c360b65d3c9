"""Read what ``pulumi stack export`` and ``pulumi preview --json`` print, and the checkpoints of a backend's bucket.

Seen with CLI 3.259: a preview leaves unchanged resources out unless ``--show-sames`` is given, and a resource is missing
that its provider's check refused: that one is in the diagnostics alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core.fields import camel_case
from ...core.rules.bags import as_inputs, is_snake_case
from ...core.rules.judgement import UNKNOWN, Inputs, Resource
from .events import are_events, as_preview
from .loading import Unusable, documents
from .placing import Checkout, Place

EXPECTED = "Write it with `pulumi preview --json --show-sames > FILE`, or with `pulumi stack export > FILE`."

UNKNOWN_MARKS = {
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}  # fmt: skip
"""What stands for a value that isn't known yet, by its type (``pulumi_policy.proxy`` has the list)."""

SECRET_MARK = "[secret]"
"""What stands for a secret in a preview."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""``{SIGNATURE: SECRET, "ciphertext" or "plaintext": …}`` is a secret in a state."""

_REFUSED = re.compile(
    r"error: \S+ resource '.*?'"
    r"(?:: property (?P<property>\S+) value \{(?P<value>.*)\})? has a problem: (?P<message>.*)",
    re.DOTALL,
)
_SECRET_VALUE = "&{{"
"""How the engine begins a secret in a refusal; it prints it in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A resource of a stack.

    Args:
        resource: as stack rules see it, with its outputs.
        inputs: as rules about one copy see it.
        external: it was read, not made.
        snake_case: its properties are spelled as in Python.
        place: where the program declares it.
    """

    resource: Resource
    inputs: Inputs
    external: bool
    snake_case: bool
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a provider's check refused in a preview; the property is empty where none is named."""

    urn: str
    type: str
    property: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a file tells of a stack.

    Args:
        file: the file's name.
        resources: what is declared, in the file's order.
        refusals: what isn't among them, since its provider refused it.
        failures: why the preview ended early, if not by refusals.
        hidden: how many unchanged resources the preview leaves out.
        violated: it ended well, but mandatory policies are violated; which ones it doesn't tell.
        dependencies: whether it tells which resource a property comes from.
        config: the stack's configuration, ``namespace:key``, as far as the file has it.
    """

    file: str
    resources: Sequence[Declared]
    refusals: Sequence[Refusal] = ()
    failures: Sequence[str] = ()
    hidden: int = 0
    violated: bool = False
    dependencies: bool = True
    config: Mapping[str, object] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether it holds every resource of the stack."""
        return not (self.refusals or self.failures or self.hidden)


def read(name: str, checkout: Checkout) -> Stack:
    """Read a state, a preview or engine events, whichever the file holds.

    Raises:
        Unusable: it is none of them.
    """
    file = "stdin" if name == "-" else name
    try:
        found = documents(name)
    except Unusable as error:
        raise Unusable(f"{error} {EXPECTED}") from None
    if are_events(found):
        return replace(_preview(file, as_preview(found), checkout), dependencies=False)
    if found == [{}]:
        raise Unusable(
            "is an empty object, which is what a preview prints that failed before it began. Run `pulumi preview` to "
            "see why."
        )
    for content in found:
        if (states := _states(content)) is not None:
            declared = [*_declared(states, "the state's resources", checkout)]
            return Stack(file=file, resources=declared, config=_config_in(declared))
        if isinstance(content, dict) and {*content} & {"steps", "diagnostics", "changeSummary"}:
            return _preview(file, content, checkout)
    if any(isinstance(content, dict) and "resourcePlans" in content for content in found):
        raise Unusable(f"is a saved plan, which doesn't say what there will be. {EXPECTED}")
    raise Unusable(f"is JSON, but neither a state nor a preview. {EXPECTED}")


def _states(content: Any) -> list[Any] | None:
    """The resources of an exported state, or of a checkpoint as a backend keeps it; None if it is neither."""
    if not isinstance(content, dict):
        return None
    if isinstance(deployment := content.get("deployment"), dict):
        return _list(deployment, "resources", "deployment.resources")
    checkpoint = content.get("checkpoint")
    if not isinstance(checkpoint, dict) or ("latest" not in checkpoint and "stack" not in checkpoint):
        return None
    latest = checkpoint.get("latest")
    return _list(latest, "resources", "checkpoint.latest.resources") if isinstance(latest, dict) else []


def _preview(file: str, content: Mapping[str, Any], checkout: Checkout) -> Stack:
    steps = _list(content, "steps", "steps")
    new = [
        step["newState"]
        for step in steps
        if isinstance(step, dict) and step.get("newState") and not str(step.get("op")).startswith("delete")
    ]
    refusals, failures, violated = list[Refusal](), list[str](), False
    for each in _list(content, "diagnostics", "diagnostics"):
        if not isinstance(each, dict) or each.get("severity") != "error":
            continue
        urn, message = str(each.get("urn", "")), str(each.get("message", "")).strip()
        if refused := _REFUSED.fullmatch(message):
            refusals.append(_refusal(urn, refused))
        elif message == "error: preview failed":
            violated = True
        else:
            failures.append(message)
    summary = content.get("changeSummary")
    same = summary.get("same") if isinstance(summary, dict) else 0
    shown = sum(isinstance(step, dict) and step.get("op") == "same" for step in steps)
    declared = {each.resource.urn: each for each in _declared(new, "a step's newState", checkout)}
    return Stack(
        file=file,
        resources=[*declared.values()],  # of several steps, such as refresh and update, the last one
        refusals=refusals,
        failures=failures,
        hidden=max(same - shown, 0) if isinstance(same, int) else 0,
        violated=violated,
        config=_member(content, "config"),
    )


def _config_in(declared: Sequence[Declared]) -> Mapping[str, object]:
    """The configuration that a state has: the engine hands all of it to the default provider of dynamic resources."""
    found = (each.inputs for each in declared if each.resource.type == "pulumi:providers:pulumi-python")
    return next((inputs for inputs in found if any(":" in key for key in inputs)), {})


def _member(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _refusal(urn: str, refused: re.Match[str]) -> Refusal:
    secret = any(mark in (refused["value"] or "") for mark in (_SECRET_VALUE, SECRET_MARK))
    types = urn.rpartition("::")[0].rpartition("::")[2]  # its parents' and, last, its own
    return Refusal(
        urn=urn,
        type=types.rpartition("$")[2],
        property=refused["property"] or "",
        message="was refused; its value is a secret, and isn't shown." if secret else refused["message"],
    )


def _declared(states: Sequence[Any], where: str, checkout: Checkout) -> Iterator[Declared]:
    for number, state in enumerate(states):
        if not isinstance(state, dict):
            raise Unusable(f"is broken: {where}[{number}] is no object. {EXPECTED}")
        urn, kind = state.get("urn"), state.get("type")
        if not isinstance(urn, str) or not isinstance(kind, str):
            raise Unusable(f"is broken: {where}[{number}] has no urn or no type. {EXPECTED}")
        if state.get("delete") or state.get("pendingReplacement"):
            continue  # it is to go, or gone; what takes its place is judged
        inputs, outputs = (_properties(state, key) for key in ("inputs", "outputs"))
        depends = state.get("propertyDependencies")
        yield Declared(
            resource=Resource(
                urn=urn,
                type=kind,
                inputs={**outputs, **inputs},
                depends={
                    camel_case(key): [*map(str, urns)]
                    for key, urns in (depends if isinstance(depends, dict) else {}).items()
                    if isinstance(urns, list)
                },
            ),
            inputs=inputs,
            external=bool(state.get("external")),
            snake_case=is_snake_case(state.get("inputs") or ()),
            place=checkout.place(_positions(state)),
        )


def _properties(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Inputs or outputs as the rules read them."""
    given = state.get(key)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unusable(f"is broken: the {key} of {state['urn']} are no object. {EXPECTED}")
    return as_inputs({name: _known(value) for name, value in given.items()})


def _positions(state: Mapping[str, Any]) -> Iterator[str]:
    """From the resource's class outwards: the first one is often in a library, the program's is behind it."""
    frames = state.get("stackTrace")
    for frame in (state, *(frames if isinstance(frames, list) else ())):
        if isinstance(frame, dict) and isinstance(position := frame.get("sourcePosition"), str):
            yield position


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        secret = value.get(SIGNATURE) == SECRET
        return UNKNOWN if secret else {key: _known(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return UNKNOWN if value == SECRET_MARK or (isinstance(value, str) and value in UNKNOWN_MARKS) else value


def _list(content: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """A member that is a list, or absent: the engine leaves empty ones out."""
    value = content.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unusable(f"is broken: {where} is no list. {EXPECTED}")
    return value
