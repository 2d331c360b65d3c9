"""Extend the policy SDK through its internals: refuse a config, know the stack's configuration, hide secrets.

The engine sends secrets marked as such, and the SDK hands them to policies without the mark.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi_policy import deserialize, policy

HIDDEN = "[secret]"


def guard(on_config: Callable[[Mapping[str, str]], None]) -> None:
    """Make the packs of this process know their stack and hide secrets in messages; further calls do nothing.

    Args:
        on_config: called with the configuration of the stack that is checked, ``namespace:key``.
    """
    base: Any = _servicer_class("secrets may show in messages")
    if base is None or getattr(base, "is_guarded", False):
        return

    class Guarded(base):  # type: ignore[misc]
        is_guarded = True

        def ConfigureStack(self, request: Any, context: grpc.ServicerContext) -> Any:
            on_config(dict(request.config))
            return super().ConfigureStack(request, context)

        def Analyze(self, request: Any, context: grpc.ServicerContext) -> Any:
            return _hide(super().Analyze(request, context), _secrets(request.properties))

        def AnalyzeStack(self, request: Any, context: grpc.ServicerContext) -> Any:
            found = {secret for each in request.resources for secret in _secrets(each.properties)}
            return _hide(super().AnalyzeStack(request, context), found)

    policy._PolicyAnalyzerServicer = Guarded  # type: ignore[misc]


def refuse(faults: Callable[[Mapping[str, Mapping[str, Any]]], Iterable[str]]) -> None:
    """Make the packs of this process refuse configs with faults.

    Args:
        faults: returns sentences about what is wrong with a config (settings by policy).
    """
    base: Any = _servicer_class("configs aren't checked for names")
    if base is None:
        return

    class Refusing(base):  # type: ignore[misc]
        def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
            config = {
                name: json_format.MessageToDict(each.properties)
                for name, each in request.policyConfig.items()
            }
            if sentences := list(faults(config)):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, " ".join(sentences))
            return super().Configure(request, context)

    policy._PolicyAnalyzerServicer = Refusing  # type: ignore[misc]


def append(items: Any, item: Any) -> None:
    """Append to a list of properties in a remediation, whose proxy has no append; secrets in it stay secret."""
    items["__target"].append(item)


def _servicer_class(without: str) -> Any:
    """Return the SDK's class that serves packs; without it, report on stderr what is missing, and return None."""
    found = getattr(policy, "_PolicyAnalyzerServicer", None)
    if found is None:
        print(f"snapcopy: this pulumi-policy isn't known; {without}.", file=sys.stderr)
    return found


def _hide(response: Any, secrets: Iterable[str]) -> Any:
    if response.diagnostics:
        for secret in sorted(set(secrets), key=len, reverse=True):
            shown = "|".join(map(re.escape, {secret, repr(secret)[1:-1]}))
            for each in response.diagnostics:
                each.message = re.sub(rf"(?<![A-Za-z0-9])({shown})(?![A-Za-z0-9])", HIDDEN, each.message)
    return response


def _secrets(properties: Any) -> Iterator[str]:
    """Yield the texts in a set of properties that are marked as secret."""
    for value in properties.fields.values():
        yield from _in_value(value, inside=False)


def _in_value(value: Any, *, inside: bool) -> Iterator[str]:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if deserialize.SPECIAL_SIG_KEY in fields:
            inside |= fields[deserialize.SPECIAL_SIG_KEY].string_value == deserialize.SPECIAL_SECRET_SIG
        for each in fields.values():
            yield from _in_value(each, inside=inside)
    elif kind == "list_value":
        for each in value.list_value.values:
            yield from _in_value(each, inside=inside)
    elif kind == "string_value" and inside and value.string_value:
        yield value.string_value
