"""Reading the running program's own stack state through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from ..core.errors import SnapcopyError
from . import _sdk

_READ = "pulumi:pulumi:readStackResourceOutputs"


class StateUnreadable(SnapcopyError):
    """The engine doesn't return the stack's state."""


def resources_in_state() -> dict[str, Mapping[str, Any]]:
    """Return the outputs of each resource in the state of the running program's stack, by URN.

    The engine reads it from the backend, as it does for a StackReference; entries that are to be deleted are left out. A
    stack that is new has none.

    Raises:
        StateUnreadable: if the engine doesn't return the state.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        answer = pulumi.runtime.invoke(_READ, {"stackName": stack}).value
    except Exception as error:
        raise StateUnreadable(_sentence(error)) from error
    entries = answer.get("outputs") if isinstance(answer, Mapping) else None
    if not isinstance(entries, Mapping):
        raise StateUnreadable("the engine's answer holds no list of resources")
    return {urn: entry.get("outputs") or {} for urn, entry in entries.items()}


def earlier_urns(name: str, type_: str, options: pulumi.ResourceOptions | None) -> list[pulumi.Output[str]]:
    """Return the URNs that a resource had before, as the program's aliases of it and of its parent say."""
    return _sdk.alias_urns(name, type_, options) if options else []


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
