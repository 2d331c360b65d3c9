"""What the policy SDK doesn't offer, and is done with its internals: refusing a config, knowing the stack's, and keeping
secrets to oneself.

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


def guard(
    faults: Callable[[Mapping[str, Mapping[str, Any]]], Iterable[str]],
    tell: Callable[[Mapping[str, str]], None],
) -> None:
    """Have the packs of this process refuse configs with faults, know their stack, and never say what is secret.

    Args:
        faults: says in sentences what is wrong with a config: settings by policy.
        tell: told the configuration of the stack that is judged, ``namespace:key``.
    """
    base: Any = getattr(policy, "_PolicyAnalyzerServicer", None)
    if base is None:
        print("snapcopy: this pulumi-policy isn't known; configs aren't checked for names.", file=sys.stderr)
        return

    class Servicer(base):  # type: ignore[misc]
        def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
            config = {
                name: json_format.MessageToDict(each.properties)
                for name, each in request.policyConfig.items()
            }
            if sentences := list(faults(config)):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, " ".join(sentences))
            return super().Configure(request, context)

        def ConfigureStack(self, request: Any, context: grpc.ServicerContext) -> Any:
            tell(dict(request.config))
            return super().ConfigureStack(request, context)

        def Analyze(self, request: Any, context: grpc.ServicerContext) -> Any:
            return _hide(super().Analyze(request, context), _secrets(request.properties))

        def AnalyzeStack(self, request: Any, context: grpc.ServicerContext) -> Any:
            found = {secret for each in request.resources for secret in _secrets(each.properties)}
            return _hide(super().AnalyzeStack(request, context), found)

    policy._PolicyAnalyzerServicer = Servicer  # type: ignore[misc]


def _hide(response: Any, secrets: Iterable[str]) -> Any:
    if response.diagnostics:
        for secret in sorted(set(secrets), key=len, reverse=True):
            shown = "|".join(map(re.escape, {secret, repr(secret)[1:-1]}))
            for each in response.diagnostics:
                each.message = re.sub(rf"(?<![A-Za-z0-9])({shown})(?![A-Za-z0-9])", HIDDEN, each.message)
    return response


def _secrets(properties: Any) -> Iterator[str]:
    """The texts in a bag of properties that are marked as secret."""
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
