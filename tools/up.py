"""`make up`: the emulator, the stack, `pulumi up`, and what the service holds then."""

from __future__ import annotations

import subprocess
import sys

from tools import console, emulator, settings, stack
from tools.console import step
from tools.paths import BIN, ROOT

REGIONS = ("us-east-1", "eu-west-1")

NEXT = """
What now:
  look        . .state/env      (this shell then uses the emulator; a new one doesn't)
              aws lightsail get-disk-snapshots --region eu-west-1
              pulumi stack output
  change      edit examples/quickstart/__main__.py, then `make up` again; unchanged, it says so and copies nothing
  for real    the same program copies on your AWS account, where a copy costs $0.05 per GB-month. In a new shell, or after
              unset AWS_ENDPOINT_URL_LIGHTSAIL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
              your own credentials count; give it a stack of its own: `pulumi stack init real`
  undo        make down
"""


def main() -> int:
    """Brings the quickstart up; again, it changes nothing."""
    port = emulator.ensure()
    settings.write_env_file(port)
    environment = settings.environment(port)
    stack.select(environment)
    stack.recover("up", environment)
    step("up", f"pulumi up, on the stack {stack.STACK} of {stack.PROJECT}")
    code = stack.run(["up", "--yes", "--stack", stack.STACK], environment)
    if code:
        step(
            "up", "not finished; the emulator still runs. `make up` goes on from here, `make down` undoes it"
        )
        return code
    print("\nThe service now holds:", flush=True)
    status = [str(BIN / "snapcopy"), "status", *(word for region in REGIONS for word in ("--region", region))]
    code = subprocess.run(status, cwd=ROOT, env=environment, check=False).returncode
    print(NEXT, end="", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(console.run(main))
