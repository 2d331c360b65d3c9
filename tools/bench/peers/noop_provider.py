"""Providers that do nothing.

They have their own module, so that they are serialized by name: the SDK fails on some 300 resources whose provider's class
is defined in the program, see the stock provider's row.
"""

from typing import Any

from pulumi.dynamic import CreateResult, ResourceProvider

OUTPUTS = tuple(f"output{number:02}" for number in range(12))
"""With four inputs and ``__provider`` they are as many properties as a copy declares."""


class Nothing(ResourceProvider):
    """Returns the inputs."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["target"], props)


class Filled(ResourceProvider):
    """Returns the inputs and a text for each output."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["target"], {**props, **dict.fromkeys(OUTPUTS, "2026-11-29T08:00:00Z")})
