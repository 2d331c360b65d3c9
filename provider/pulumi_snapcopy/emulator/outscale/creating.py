"""OAPI's CreateSnapshot, in its three modes, and CreateVolume.

https://docs.outscale.com/api.html#createsnapshot
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ..blocks import Region, Snapshot
from ..shared import account_id
from . import snapshots
from .describing import describe, describe_volume
from .errors import OapiError

_MODES = {
    "VolumeId": (),
    "SourceSnapshotId": ("SourceRegionName",),
    "FileLocation": ("SnapshotSize",),
}
_LONGEST_TOKEN = 64


def create_snapshot(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateSnapshot: take, copy or import a snapshot.

    A repeated ClientToken returns the snapshot that it created before, in whatever state.
    """
    token = request.get("ClientToken")
    if token is not None and len(token) > _LONGEST_TOKEN:
        raise OapiError(4045, f"The ClientToken has more than {_LONGEST_TOKEN} characters.")
    made = _made_before(region, token, request)
    if made is None:
        made = _create(region, request)
    return {"Snapshot": describe(made)}


def create_volume(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateVolume: create a volume, empty or from a snapshot."""
    zone, size, source = request["SubregionName"], request.get("Size"), request.get("SnapshotId")
    if zone not in subregions(region.name):
        raise OapiError(5048, f"The Subregion {zone} does not exist.")
    if source is not None:
        size = size or snapshots.find(region, source).size
    if not size:
        raise OapiError(7000, "The parameter Size is required.")
    kind = request.get("VolumeType", "standard")
    made = snapshots.create_volume(
        region, size, zone, kind=kind, snapshot_id=source, token=request.get("ClientToken")
    )
    return {"Volume": describe_volume(made)}


def subregions(region: str) -> list[str]:
    """Return the emulated Subregions of a region."""
    return [f"{region}{letter}" for letter in "ab"]


def _made_before(region: Region, token: str | None, request: dict[str, Any]) -> Snapshot | None:
    if token is None:
        return None
    for each in region.snapshots.values():
        if each.token == token and each.owner == account_id():
            if each.request != _digest(request):
                raise OapiError(4091, "The ClientToken was used with other parameters.")
            return each
    return None


def _create(region: Region, request: dict[str, Any]) -> Snapshot:
    mode = _mode(request)
    description = request.get("Description")
    snapshots.check_description(description)
    kept: dict[str, Any] = {"token": request.get("ClientToken"), "request": _digest(request)}
    if mode == "SourceSnapshotId":
        if request["SourceRegionName"] != region.name:
            message = f"A snapshot can only be copied within the region of the account, {region.name}."
            raise OapiError(8019, message)
        source = snapshots.find(region, request["SourceSnapshotId"])
        return snapshots.copy(region, source, description=description, **kept)
    kept["description"] = description or ""
    if mode == "VolumeId":
        return snapshots.take(region, snapshots.find_volume(region, request["VolumeId"]), **kept)
    if not request["FileLocation"].startswith(("http://", "https://")):
        raise OapiError(4074, "The FileLocation is not a URL.")
    if request["SnapshotSize"] <= 0:
        raise OapiError(4045, "The SnapshotSize must be a number of bytes above 0.")
    return snapshots.import_file(region, request["SnapshotSize"], **kept)


def _mode(request: dict[str, Any]) -> str:
    """Return the mode of a request: exactly one of the three, with its own parameters and no other mode's."""
    given = [mode for mode in _MODES if mode in request]
    if not given:
        raise OapiError(7000, f"One of the parameters {', '.join(_MODES)} is required.")
    strange = [name for mode, own in _MODES.items() if mode not in given for name in own if name in request]
    if len(given) > 1 or strange:
        message = f"The parameters {', '.join(given + strange)} can't be used together."
        raise OapiError(3002, message)
    for name in _MODES[given[0]]:
        if name not in request:
            raise OapiError(7000, f"The parameter {name} is required with {given[0]}.")
    return given[0]


def _digest(request: dict[str, Any]) -> str:
    """Return a digest that distinguishes requests; a pre-signed URL is a credential and isn't stored."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
