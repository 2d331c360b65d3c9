"""Seeds: the resources that exist before anything is copied, as a dict or a JSON file.

Regions at the top level are Lightsail's; the other services' regions are below the service's name:

    {"us-east-1": {
        "instances": [{"name": "web-1", "blueprintId": "wordpress", "bundleId": "micro_3_0", "sizeInGb": 40,
                       "automaticSnapshots": 7, "attachedDisks": ["data-1"]}],
        "disks": [{"name": "data-1", "sizeInGb": 64, "automaticSnapshots": ["2026-11-19", "2026-11-20"]}],
        "relationalDatabases": [{"name": "orders"}],
        "instanceSnapshots": [{"name": "db-before-upgrade", "fromInstanceName": "db-1"}],
        "diskSnapshots": [{"name": "data-1-full", "fromDiskName": "data-1"}]},
     "ec2": {"us-east-1": {
        "volumes": [{"id": "vol-0a1b2c3d", "size": 8}],
        "snapshots": [{"id": "snap-0123456789abcdef0", "size": 8, "volumeId": "vol-0a1b2c3d", "description": "",
                       "tags": {}, "state": "completed", "encrypted": true, "kmsKeyId": "arn:aws:kms:…",
                       "owner": "210987654321", "public": false, "sharedWith": ["123456789012"]}]}},
     "outscale": {"eu-west-2": {
        "volumes": [{"id": "vol-0a1b2c3d", "size": 10}],
        "snapshots": [{"id": "snap-12345678", "size": 10}]}}}

``automaticSnapshots`` is a number of days (at most 7) that end today (UTC), or a list of dates, or of
``{"date": …, "status": …}``. ``tags`` is always an object. Volumes and snapshots without an id get an id that is
the same each time. A blueprint whose name begins with ``windows`` creates a Windows instance.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from . import blockseeds
from .blocks import CLOUDS
from .lightsail import seeding as lightsail
from .seeds import SeedError, expect
from .shared import changing

__all__ = ["SeedError", "read_seed", "seed"]


def read_seed(path: str | os.PathLike[str]) -> Any:
    """Return the seed in a JSON file.

    Raises:
        SeedError: if the file doesn't exist or isn't JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SeedError(f"the seed file {os.fspath(path)} can't be read: {error}") from error


def seed(data: Any) -> None:
    """Create the resources that a seed describes; existing ones are left unchanged.

    Raises:
        SeedError: if the seed is wrong; nothing is created then.
    """
    expect(data, dict, "the seed", "an object of regions")
    regions = {name: each for name, each in data.items() if name not in CLOUDS}
    clouds = {name: each for name, each in data.items() if name in CLOUDS}
    lightsail.check(regions)
    for service, each in clouds.items():
        blockseeds.check(service, each)
    with changing():
        lightsail.refuse_taken(regions)
        lightsail.plant(regions)
        for service, each in clouds.items():
            blockseeds.plant(service, each)
