"""The engine alone: dynamic resources whose provider does nothing, with as many properties as a copy has."""

import os

from pulumi.dynamic import Resource

from tools.bench.peers.noop_provider import OUTPUTS, Filled


class NoOp(Resource):
    pass


for number in range(int(os.environ["COPIES"])):
    route = {"from": "us-east-1", "to": "eu-west-1"}
    NoOp(
        Filled(),
        f"copy-{number:03}",
        {"source": f"source-{number:03}", "target": f"copy-{number:03}", **route, **dict.fromkeys(OUTPUTS)},
    )
