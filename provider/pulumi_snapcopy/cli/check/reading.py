"""Read the output of ``pulumi stack export`` and ``pulumi preview --json``, and checkpoints of a backend's bucket.

Seen with CLI 3.259: a preview leaves out unchanged resources unless ``--show-sames`` is given. A resource that its
provider's check refused is missing, and appears in the diagnostics only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core.fields import camel_case
from ...core.keys import place
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
"""The placeholders of unknown values, one for each type (``pulumi_policy.proxy`` has the list)."""

SECRET_MARK = "[secret]"
"""The placeholder of a secret in a preview."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""``{SIGNATURE: SECRET, "ciphertext" or "plaintext": …}`` is a secret in a state."""

_REFUSED = re.compile(
    r"error: \S+ resource '.*?'"
    r"(?:: property (?P<property>\S+) value (?P<value>.*))? has a problem: (?P<message>.*)",
    re.DOTALL,
)
_SECRET_VALUE = "&{{"
"""The prefix of a secret in the engine's refusal, which prints the secret in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A resource of a stack.

    Args:
        resource: the resource for rules about a stack, with its outputs.
        inputs: the inputs for rules about one copy.
        external: whether the resource was read, not created.
        snake_case: whether its properties are spelled as in Python.
        secrets: the inputs that are secret, or hold a secret; their values are unknown.
        place: where the program declares the resource.
    """

    resource: Resource
    inputs: Inputs
    external: bool
    snake_case: bool
    secrets: Sequence[str]
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRequest:
    """A request that a provider's check refused in a preview; the property is empty if none is named."""

    urn: str
    type: str
    property: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The content of a file about a stack.

    Args:
        file: the file's name.
        resources: the declared resources, in the file's order.
        refusals: the resources that are missing since their provider refused them.
        failures: why the preview ended early, apart from refusals.
        hidden: how many unchanged resources the preview leaves out.
        violated: whether the preview ended normally but violates mandatory policies, which it doesn't name.
        dependencies: whether the file holds which resource a property comes from.
        config: the stack's configuration, ``namespace:key``, as far as the file contains it.
    """

    file: str
    resources: Sequence[Declared]
    refusals: Sequence[RefusedRequest] = ()
    failures: Sequence[str] = ()
    hidden: int = 0
    violated: bool = False
    dependencies: bool = True
    config: Mapping[str, object] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the file holds every resource of the stack."""
        return not (self.refusals or self.failures or self.hidden)


def read(name: str, checkout: Checkout) -> Stack:
    """Read a file that holds a state, a preview or engine events.

    Raises:
        Unusable: if the file holds none of these.
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
    """Return the resources of an exported state, or of a checkpoint of a backend; None if the content is neither."""
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
    refusals, failures, violated = list[RefusedRequest](), list[str](), False
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
    """Return the configuration in a state: the engine passes it to the default provider of dynamic resources."""
    found = (each.inputs for each in declared if each.resource.type == "pulumi:providers:pulumi-python")
    return next((inputs for inputs in found if any(":" in key for key in inputs)), {})


def _member(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _refusal(urn: str, refused: re.Match[str]) -> RefusedRequest:
    secret = any(mark in (refused["value"] or "") for mark in (_SECRET_VALUE, SECRET_MARK))
    types = place(urn).partition("::")[0]  # types of the parents and, last, the resource's own
    return RefusedRequest(
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
            continue  # to be deleted, or deleted already; its replacement is checked
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
            secrets=[
                key
                for key, value in (state.get("inputs") or {}).items()
                if key[:2] != "__" and _has_secret(value)
            ],
            place=checkout.place(_positions(state)),
        )


def _properties(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return inputs or outputs in the form that the rules read."""
    given = state.get(key)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unusable(f"is broken: the {key} of {state['urn']} are no object. {EXPECTED}")
    return as_inputs({name: _known(value) for name, value in given.items()})


def _positions(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield positions from the resource's class outwards: the first is often in a library, the program's come later."""
    frames = state.get("stackTrace")
    for frame in (state, *(frames if isinstance(frames, list) else ())):
        if isinstance(frame, dict) and isinstance(position := frame.get("sourcePosition"), str):
            yield position


def _known(value: Any) -> Any:
    if _is_secret(value) or (isinstance(value, str) and value in UNKNOWN_MARKS):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items()}
    return [_known(each) for each in value] if isinstance(value, list) else value


def _is_secret(value: Any) -> bool:
    return value == SECRET_MARK or (isinstance(value, dict) and value.get(SIGNATURE) == SECRET)


def _has_secret(value: Any) -> bool:
    """Return whether a value is secret, or holds a secret."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return _is_secret(value) or any(map(_has_secret, inner))


def _list(content: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """Return a member that is a list, or empty if it is absent, as the engine leaves out empty lists."""
    value = content.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unusable(f"is broken: {where} is no list. {EXPECTED}")
    return value
