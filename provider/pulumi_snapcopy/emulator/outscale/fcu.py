"""FCU, OUTSCALE's EC2-compatible API: EC2's protocol under its own path, with far fewer parameters.

https://docs.outscale.com/en/userguide/Copying-a-Snapshot.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..blocks import OUTSCALE, Region, Snapshot, Volume
from ..calls import ApiRequest
from ..ec2 import filters
from ..ec2.describing import moment, page, page_size
from ..ec2.errors import EC2Error, dry_run, invalid
from ..ec2.service import read_form
from ..ec2.snapshots import without
from ..ec2.wire import failure, form, is_action, no_action, parameters, success
from ..frontend import Answer
from ..loopback import FCU_PATH
from ..shared import SHARED, account_id, changing, now
from . import snapshots, tagging
from .creating import subregions
from .description import regions
from .errors import OapiError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Action = Callable[[Region, dict[str, Any]], dict[str, Any]]

# botocore always adds PresignedUrl, and ClientToken for volumes; OUTSCALE's own guide copies with the AWS CLI.
TAKEN: dict[str, set[str]] = {
    "CopySnapshot": {"SourceRegion", "SourceSnapshotId", "Description", "DestinationRegion", "PresignedUrl"},
    "CreateSnapshot": {"VolumeId", "Description"},
    "CreateTags": {"Resources", "Tags"},
    "CreateVolume": {"AvailabilityZone", "Size", "SnapshotId", "VolumeType", "Iops", "ClientToken"},
    "DeleteSnapshot": {"SnapshotId"},
    "DeleteTags": {"Resources", "Tags"},
    "DescribeRegions": {"RegionNames"},
    "DescribeSnapshots": {
        *("SnapshotIds", "OwnerIds", "RestorableByUserIds", "Filters", "MaxResults", "NextToken")
    },
    "DescribeVolumes": {"VolumeIds"},
}
_CODES = {
    **dict.fromkeys(("4061", "4104", "4105"), "InvalidParameterValue"),
    "5054": "InvalidSnapshot.NotFound",
    "5064": "InvalidVolume.NotFound",
    "6003": "IncorrectState",
    "8019": "InvalidParameterValue",
    "9029": "InvalidSnapshot.InUse",
    "10008": "ResourceLimitExceeded",
    "10026": "SnapshotLimitExceeded",
    "10041": "TagLimitExceeded",
}


class FcuService:
    """The service that answers requests under FCU's path."""

    def accepts(self, environ: WSGIEnvironment) -> bool:
        """Whether the request's path is FCU's."""
        path = environ["PATH_INFO"]
        return bool(path == FCU_PATH or path.startswith(f"{FCU_PATH}/"))

    def read(self, environ: WSGIEnvironment, body: bytes) -> ApiRequest | Answer:
        """Return the operation and its members, or the error for a request without a signature."""
        return read_form("fcu", form(body), environ)

    def answer(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        """Answer a request; a change is in the state file on return."""
        try:
            done = _perform(request, form(environ["wsgi.input"].getvalue()))
        except OapiError as error:
            return self.refuse(_CODES.get(error.code, "InvalidParameterValue"), error.details, 400)
        except EC2Error as error:
            return Answer(failure(error), error.code)
        return Answer(success(request.operation, done))

    def refuse(self, code: str, message: str, status: int) -> Answer:
        """Return an error in EC2's form."""
        return Answer(failure(EC2Error(code, message, status=status)), code)

    def empty(self, request: ApiRequest) -> Response:
        """Return a success without members."""
        return success(request.operation, {})


def _perform(request: ApiRequest, fields: dict[str, str]) -> dict[str, Any]:
    operation = request.operation
    if not is_action(operation):
        raise no_action(operation)
    if operation not in TAKEN:
        message = f"{operation} is not emulated; emulated are {', '.join(sorted(TAKEN))}"
        raise EC2Error("OperationNotEmulated", message)
    members = parameters(operation, fields)
    strange = sorted(set(members) - TAKEN[operation] - {"DryRun"})
    if strange:
        raise EC2Error("InvalidParameter", f"The parameter {strange[0]} is not supported by {operation}")
    if request.region not in regions():
        raise EC2Error("AuthFailure", f"The region {request.region} does not exist")
    if members.pop("DryRun", False):
        raise dry_run()
    held: AbstractContextManager[Any] = SHARED.lock if operation.startswith("Describe") else changing()
    with held:
        return _ACTIONS[operation](OUTSCALE.region(request.region), members)


def _copy_snapshot(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    """Answer CopySnapshot: start a copy within the region.

    Like OAPI and unlike EC2, FCU refuses a source that can't be copied.
    """
    for name in ("SourceRegion", "DestinationRegion"):
        if members.get(name, region.name) != region.name:
            raise invalid(f"{name} must be {region.name}, the region of the account: {members[name]}")
    snapshots.check_description(members.get("Description"))
    source = snapshots.find(region, members["SourceSnapshotId"])
    # An empty description replaces the source's; boto3 and the AWS CLI send no description if none is given.
    return {"SnapshotId": snapshots.copy(region, source, description=members.get("Description")).id}


def _create_snapshot(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    snapshots.check_description(members.get("Description"))
    volume = snapshots.find_volume(region, members["VolumeId"])
    return _describe(snapshots.take(region, volume, description=members.get("Description", "")), now())


def _create_volume(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    zone, size, source = members["AvailabilityZone"], members.get("Size"), members.get("SnapshotId")
    if zone not in subregions(region.name):
        raise invalid(f"The AvailabilityZone {zone} does not exist")
    if source is not None:
        size = size or snapshots.find(region, source).size
    if not size:
        raise EC2Error("MissingParameter", "The request must contain the parameter Size")
    kind = members.get("VolumeType", "standard")
    return _describe_volume(snapshots.create_volume(region, size, zone, kind=kind, snapshot_id=source))


def _delete_snapshot(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    snapshots.delete(region, snapshots.find_own(region, members["SnapshotId"]))
    return {}


def _describe_snapshots(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    ids, wanted, at = members.get("SnapshotIds") or [], members.get("Filters") or [], now()
    filters.check(wanted, filters.FCU_FILTERS)
    size = page_size(members, ids)
    if ids:
        listed = [snapshots.find(region, each) for each in dict.fromkeys(ids)]
    else:
        listed = [each for each in region.all_shown() if each.readable_by(account_id())]
    owners = {account_id() if each == "self" else each for each in members.get("OwnerIds") or []}
    shown = [(each, _describe(each, at)) for each in listed if not owners or each.owner in owners]
    found = [
        (each.number, described)
        for each, described in shown
        if filters.matches(wanted, each, described, at) and (ids or wanted or each.filterable_at <= at)
    ]
    return page(found, members.get("NextToken"), size)


def _create_tags(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    tagging.add(region, members["Resources"], members["Tags"])
    return {}


def _delete_tags(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    wanted = members.get("Tags")
    for snapshot_id in members["Resources"]:
        found = snapshots.find_own(region, snapshot_id)
        snapshots.retag(region, found, {} if wanted is None else without(found.tags, wanted))
    return {}


def _describe_regions(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    wanted = members.get("RegionNames") or regions()
    return {
        "Regions": [{"RegionName": n, "Endpoint": f"fcu.{n}.outscale.com"} for n in regions() if n in wanted]
    }


def _describe_volumes(region: Region, members: dict[str, Any]) -> dict[str, Any]:
    ids = members.get("VolumeIds") or list(region.volumes)
    return {"Volumes": [_describe_volume(snapshots.find_volume(region, each)) for each in ids]}


def _describe(snapshot: Snapshot, at: float) -> dict[str, Any]:
    """Return a snapshot in EC2's words, with FCU's states: in-queue, completed and error."""
    state = snapshot.state(at)
    return {
        "SnapshotId": snapshot.id,
        "OwnerId": snapshot.owner,
        "VolumeId": snapshot.volume_id,
        "VolumeSize": snapshot.size,
        "Encrypted": False,
        "Description": snapshot.description,
        "StartTime": moment(snapshot.created_at),
        "State": "in-queue" if state == "pending" else state,
        "Progress": f"{snapshot.progress(at)}%",
        "Tags": [{"Key": key, "Value": value} for key, value in snapshot.tags.items()],
    }


def _describe_volume(volume: Volume) -> dict[str, Any]:
    return {
        "VolumeId": volume.id,
        "Size": volume.size,
        "AvailabilityZone": volume.zone,
        "State": "available",
        "VolumeType": volume.kind,
        "SnapshotId": volume.snapshot_id or "",
        "CreateTime": moment(volume.created_at),
    }


_ACTIONS: dict[str, Action] = {
    "CopySnapshot": _copy_snapshot,
    "CreateSnapshot": _create_snapshot,
    "CreateTags": _create_tags,
    "CreateVolume": _create_volume,
    "DeleteSnapshot": _delete_snapshot,
    "DeleteTags": _delete_tags,
    "DescribeRegions": _describe_regions,
    "DescribeSnapshots": _describe_snapshots,
    "DescribeVolumes": _describe_volumes,
}
