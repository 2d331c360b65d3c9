"""A provider that does nothing.

It has its own module, so that it is serialized by name: the SDK fails on some 300 resources whose provider's class is
defined in the program, see the stock provider's row.
"""

from typing import Any

from pulumi.dynamic import CreateResult, ResourceProvider


class Nothing(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["target"], props)
