"""The engine without any provider: component resources."""

import os

from pulumi import ComponentResource

for number in range(int(os.environ["COPIES"])):
    ComponentResource("bench:index:Component", f"copy-{number:03}")
