"""What OUTSCALE's tests ask for, and what only OUTSCALE's snapshots have."""

from __future__ import annotations

import json
from typing import Any

from pulumi_snapcopy.emulator.blocks import Snapshot

from tests.harness.served import Life
from tests.harness.services import FIRST, OUTSCALE_COPY, OUTSCALE_SNAPSHOT

REGION = "eu-west-2"
SOURCE, VOLUME = FIRST, FIRST.replace("snap", "vol")
SECRET = "MARKEDSECRET"
URL = f"https://oos.eu-west-2.outscale.com/bucket/disk.qcow2?AWSAccessKeyId={SECRET}id&Signature={SECRET}&Expires=1"

COPY: dict[str, Any] = OUTSCALE_COPY.request
IMPORT: dict[str, Any] = {"fileLocation": URL, "snapshotSize": 10 * 2**30}
MADE_OF_VOLUME: dict[str, Any] = OUTSCALE_SNAPSHOT.request


def raw(life: Life) -> Snapshot:
    """The one that was made, with its token."""
    one = life.only()
    (found,) = (each for each in life.emulator.outscale.snapshots(REGION) if each.id == one.name)
    return found


def text(life: Life) -> str:
    """Everything in the state, as JSON, without what the engine encrypts."""
    entries = [(each.id, each.inputs, each.outputs, each.init_errors) for each in life.engine.state]
    return json.dumps(entries).replace(json.dumps(URL), '"[secret]"')
