"""What the tests of ``snapcopy status`` share: copies in the target region, and what the command tells of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from click.testing import Result
from pulumi_snapcopy.emulator import Emulator

from .conftest import Invoke

OWNER = "shop/dev/snapcopy:lightsail:DisasterRecoveryRegion/dr-{0}@0123456789abcdef"
HERE = ("--target-region", "eu-west-1")


def day(ago: int) -> str:
    """The date of so many days ago, UTC."""
    return str((datetime.now(timezone.utc) - timedelta(days=ago)).date())


def copy(emulator: Emulator, ago: int, source: str = "web-1", *, owner: str = OWNER, **more: Any) -> None:
    """Put a copy of ours of a day's automatic snapshot into the target region."""
    name = f"{source}-{day(ago)}"
    tags = {"snapcopy:owner": owner.format(name), "snapcopy:source": f"us-east-1:{source}:{day(ago)}"}
    emulator.put_snapshot("eu-west-1", name, from_name=source, size_in_gb=40, tags=tags, **more)


def told(invoke: Invoke, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The report as JSON; nothing else is on standard output."""
    done = invoke("status", *HERE, "--format", "json", *arguments)
    assert done.exit_code == code, done.output
    return dict(json.loads(done.stdout))


def warned(done: Result) -> str:
    """What standard error holds besides the note that an emulator has answered."""
    return "".join(each for each in done.stderr.splitlines(keepends=True) if "Lightsail: http" not in each)
