"""The engine alone: dynamic resources whose provider does nothing, with as many inputs as a copy has."""

import os
from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["target"], props)


class NoOp(Resource):
    pass


for number in range(int(os.environ["COPIES"])):
    inputs = {
        "source": f"source-{number:03}",
        "target": f"copy-{number:03}",
        "from": "us-east-1",
        "to": "eu-west-1",
    }
    NoOp(Nothing(), f"copy-{number:03}", inputs)
