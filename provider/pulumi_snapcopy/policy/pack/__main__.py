"""The policy pack of pulumi-snapcopy. Policies of your own can join the list."""

import sys

try:
    from pulumi_snapcopy.policy import policies, serve
except ModuleNotFoundError as missing:
    sys.exit(
        f"{sys.executable} has no module {missing.name!r}: run {sys.executable} -m pip install 'pulumi-snapcopy[policy]'"
    )

serve(policies())
