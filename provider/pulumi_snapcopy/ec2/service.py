"""EC2's snapshots, read and changed through boto3: on AWS, and on OUTSCALE through FCU.

Pages: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html,
https://docs.outscale.com/en/userguide/Copying-a-Snapshot.html
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.handlers import inject_presigned_url_ec2

from ..aws.calls import call, check_responses, member, pages, refuse_other_xml
from ..aws.clients import Clients
from ..aws.login import Login
from ..core.errors import Denied, LimitReached, NotFound, QuotaReached, Refused
from ..core.service import Service
from ..core.values import KEY_TAG, OWNER_TAG, Seen, Source, Spec, Started
from ..core.waiting.batch import SingleFlight
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from .mark import description_with_key
from .shapes import KIND, arn, seen_of
from .sources import SourceReader, check_source

if TYPE_CHECKING:
    from types_boto3_ec2.client import EC2Client
    from types_boto3_ec2.type_defs import TagTypeDef

PAGE = 1000
_DESCRIBE = "ec2:DescribeSnapshots"
_OWN = ["self"]
"""The owner filter for the account's own snapshots; without it, EC2 also lists everybody's public snapshots."""


class Ec2(Service):
    """The adapter of EC2; thread-safe, one client per region.

    Credentials, endpoint and profile are boto3's own: ``AWS_PROFILE``, ``AWS_ENDPOINT_URL_EC2``, …

    Args:
        connections: how many calls may be in progress at once, for each region.
        clock: the time.
        login: whose credentials are used.
        fcu: whether the endpoint is OUTSCALE's FCU: no tags in the request, the key in the description.
    """

    kinds: Sequence[str] = (KIND,)

    def __init__(
        self,
        *,
        connections: int = 10,
        clock: Clock | None = None,
        login: Login | None = None,
        fcu: bool = False,
    ) -> None:
        self._fcu = fcu
        self._clock = clock or SystemClock()
        self._clients = Clients["EC2Client"]("ec2", login, connections=connections, prepare=_prepare)
        self._sources = SourceReader(self.list_raw, self._readable, self._clock)
        self._flights: dict[str, SingleFlight[list[Seen]]] = {}
        self._lock = threading.Lock()

    # Reads

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the account's own snapshot with this id, or None if it doesn't exist."""
        return next(iter(self._seen(region, self._by_id(region, name, OwnerIds=_OWN))), None)

    def _by_id(self, region: str, id_: str, **more: Any) -> list[dict[str, Any]]:
        client = self._clients.of(region)
        try:
            answer = call(_DESCRIBE, lambda: client.describe_snapshots(SnapshotIds=[id_], **more))
        except NotFound:
            return []
        found: list[dict[str, Any]] = member(answer, "Snapshots", _DESCRIBE)
        return found

    def _readable(self, region: str, id_: str) -> dict[str, Any] | None:
        """Return a snapshot of any account, or None if it doesn't exist or, as for a filter, its id is malformed."""
        try:
            return next(iter(self._by_id(region, id_)), None)
        except Refused as error:
            if error.code not in ("InvalidSnapshotID.Malformed", "InvalidParameterValue"):
                raise
            return None

    def all(self, region: str, kind: str) -> list[Seen]:
        """Return the account's snapshots with our owner tag; on FCU, where copies are tagged later, all snapshots."""
        ours = [] if self._fcu else [{"Name": "tag-key", "Values": [OWNER_TAG]}]
        return self._seen(region, self.list_raw(region, filters=ours, OwnerIds=_OWN))

    def list_raw(
        self, region: str, *, filters: Sequence[Mapping[str, Any]] = (), **more: Any
    ) -> list[dict[str, Any]]:
        """Return snapshots as the API describes them, read page by page."""
        client = self._clients.of(region)
        given: dict[str, Any] = {**more, "MaxResults": PAGE}
        if filters:
            given["Filters"] = [*filters]
        listed = pages(
            _DESCRIBE, partial(client.describe_snapshots, **given), sent="NextToken", answered="NextToken"
        )
        return [each for page in listed for each in member(page, "Snapshots", _DESCRIBE)]

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return the snapshots that have the spec's key, from a list without filters, which show new snapshots late."""
        return [each for each in self._all_own(spec.region, listing) if spec.key and each.key == spec.key]

    def _all_own(self, region: str, listing: Listing) -> list[Seen]:
        """Return all of the account's snapshots, from one list for all callers at the same time."""
        if self._fcu:
            return listing.all()
        with self._lock:
            flight = self._flights.get(region)
            if flight is None:
                flight = SingleFlight(
                    self._clock, lambda _: self._seen(region, self.list_raw(region, OwnerIds=_OWN))
                )
                self._flights[region] = flight
        return flight.get()

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Check the source in its own region: EC2 accepts a source that doesn't exist, and fails minutes later."""
        return check_source(self._sources, spec, cloud_name="OUTSCALE" if self._fcu else "AWS")

    # Changes

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Start the copy in the target region, with one request: a repeated request would make a second copy."""
        client = self._clients.of(spec.region, retries=False)
        request = self._fcu_request(spec) if self._fcu else _aws_request(spec)
        try:
            answer = call("ec2:CopySnapshot", lambda: client.copy_snapshot(**request))
        except Denied as error:
            if "use key" in error.message.lower():
                error.call = "kms:DescribeKey"
            raise
        except QuotaReached as error:
            if not self._fcu:
                raise
            # OUTSCALE's quota has room again when a snapshot in progress fails or is deleted.
            raise LimitReached(
                error.message, call=error.call, code=error.code, request_id=error.request_id
            ) from None
        name = member(answer, "SnapshotId", "ec2:CopySnapshot")
        seen = Seen(name=name, region=spec.region, kind=KIND, ref=name, key=spec.key)
        outputs = {"snapshotId": name, "arn": None if self._fcu else arn(spec.region, name)}
        # An API that isn't AWS's, and that `ec2Api` doesn't name, may leave the tags out.
        tagged = any(each.get("Key") == OWNER_TAG for each in answer.get("Tags") or [])
        return Started(seen=replace(seen, outputs=outputs), tagged=tagged)

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags on a snapshot."""
        client = self._clients.of(seen.region)
        call("ec2:CreateTags", lambda: client.create_tags(Resources=[seen.name], Tags=_pairs(tags)))

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags from a snapshot."""
        client = self._clients.of(seen.region)
        call(
            "ec2:DeleteTags",
            lambda: client.delete_tags(Resources=[seen.name], Tags=[{"Key": key} for key in keys]),
        )

    def delete(self, seen: Seen) -> None:
        """Request the deletion of a snapshot."""
        client = self._clients.of(seen.region)
        call("ec2:DeleteSnapshot", lambda: client.delete_snapshot(SnapshotId=seen.name))

    # Helpers

    def _fcu_request(self, spec: Spec) -> dict[str, Any]:
        return {
            "SourceRegion": spec.source_region,
            "SourceSnapshotId": spec.arguments["sourceSnapshotId"],
            "DestinationRegion": spec.region,
            "Description": description_with_key(spec.arguments.get("description") or "", spec.key),
        }

    def _seen(self, region: str, raw: Sequence[Mapping[str, Any]]) -> list[Seen]:
        # A snapshot in the Recycle Bin counts as deleted: nobody can use it.
        return [seen_of(each, region, fcu=self._fcu) for each in raw if each.get("State") != "recoverable"]


def _prepare(client: EC2Client) -> None:
    # The URL that botocore adds is a credential; neither cloud needs it.
    client.meta.events.unregister("before-call.ec2.CopySnapshot", inject_presigned_url_ec2)
    check_responses(client, refuse_other_xml)


def _aws_request(spec: Spec) -> dict[str, Any]:
    given = spec.arguments
    minutes = given.get("completionDurationMinutes")
    tags = _pairs({**spec.all_tags, KEY_TAG: spec.key})
    request = {
        "SourceRegion": spec.source_region,
        "SourceSnapshotId": given["sourceSnapshotId"],
        "DestinationRegion": spec.region,
        "Description": given.get("description"),
        "Encrypted": True if given.get("encrypted") else None,
        "KmsKeyId": given.get("kmsKeyId"),
        "CompletionDurationMinutes": int(minutes) if minutes else None,
        "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tags}],
    }
    return {key: value for key, value in request.items() if value is not None}


def _pairs(tags: Mapping[str, str]) -> list[TagTypeDef]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
