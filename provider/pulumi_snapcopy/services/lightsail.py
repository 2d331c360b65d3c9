"""Lightsail, the only place that uses boto3.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timezone
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore import exceptions as aws
from botocore.config import Config

from .. import __version__
from ..core.errors import (
    AnswerLost,
    Denied,
    NameInUse,
    NotFound,
    Refused,
    ServiceError,
    TooManyCopies,
    Transient,
)
from ..core.model import AutomaticSnapshot, CopyRequest, Operation, Snapshot

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 30

PASSING = {
    "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestTimeout",
    "ServiceException", "AccountSetupInProgressException", "RegionSetupInProgressException",
}  # fmt: skip
DENIED = {
    "AccessDeniedException", "AccessDenied", "UnauthenticatedException", "UnauthorizedOperation",
    "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException",
    "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired",
}  # fmt: skip


@cache
def regions() -> frozenset[str]:
    """The regions of Lightsail, as botocore's model knows them."""
    model = botocore.session.get_session().get_service_model("lightsail")
    return frozenset(getattr(model.shape_for("RegionName"), "enum", ()))


def default_region() -> str | None:
    """The region AWS tooling would use: AWS_REGION, AWS_DEFAULT_REGION, or the profile's."""
    return boto3.session.Session().region_name


class Lightsail:
    """Lightsail behind ``core.model.Service``; thread-safe, one client a region.

    Credentials, endpoint and profile are boto3's own: ``AWS_PROFILE``, ``AWS_ENDPOINT_URL_LIGHTSAIL``, …

    Args:
        connections: how many calls may be under way at once, for each region.
    """

    def __init__(self, *, connections: int = 10) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._session: boto3.session.Session | None = None
        self._clients: dict[tuple[str, bool], LightsailClient] = {}

    def snapshot(self, region: str, name: str, resource_type: str | None = None) -> Snapshot | None:
        """Read one manual snapshot, an instance's or a disk's."""
        client = self._client(region)
        readers: dict[str, Callable[[], Any]] = {
            "InstanceSnapshot": lambda: client.get_instance_snapshot(instanceSnapshotName=name),
            "DiskSnapshot": lambda: client.get_disk_snapshot(diskSnapshotName=name),
        }
        for kind in [resource_type] if resource_type in readers else list(readers):
            try:
                answer = _call(f"lightsail:Get{kind}", readers[kind])
            except NotFound:
                continue
            return _snapshot(_member(answer, kind[0].lower() + kind[1:]), region, kind)
        return None

    def snapshots(self, region: str, resource_type: str) -> list[Snapshot]:
        """List manual snapshots, page by page."""
        client = self._client(region)
        if resource_type == "DiskSnapshot":
            pages = _pages("lightsail:GetDiskSnapshots", client.get_disk_snapshots)
            return [
                _snapshot(each, region, resource_type) for page in pages for each in page["diskSnapshots"]
            ]
        pages = _pages("lightsail:GetInstanceSnapshots", client.get_instance_snapshots)
        return [
            _snapshot(each, region, resource_type) for page in pages for each in page["instanceSnapshots"]
        ]

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        """List a resource's automatic snapshots; the service keeps the latest seven."""
        client = self._client(region)
        answer = _call("lightsail:GetAutoSnapshots", lambda: client.get_auto_snapshots(resourceName=resource))
        kind = f"{answer['resourceType']}Snapshot" if answer.get("resourceType") else ""
        return [
            AutomaticSnapshot(date=each.get("date", ""), status=each.get("status", ""), copy_type=kind)
            for each in answer.get("autoSnapshots", [])
        ]

    def resource_names(self, region: str) -> list[str]:
        """List the names of instances and disks."""
        client = self._client(region)
        instances = _pages("lightsail:GetInstances", client.get_instances)
        names = [each["name"] for page in instances for each in page.get("instances", [])]
        disks = _pages("lightsail:GetDisks", client.get_disks)
        return names + [each["name"] for page in disks for each in page.get("disks", [])]

    def operations(self, region: str, name: str) -> list[Operation]:
        """List what is recorded about a name, newest first."""
        client = self._client(region)
        pages = _pages(
            "lightsail:GetOperationsForResource",
            lambda **page: client.get_operations_for_resource(resourceName=name, **page),
        )
        found = [_operation(each) for page in pages for each in page.get("operations", [])]
        return sorted(
            found, key=lambda each: each.created_at.timestamp() if each.created_at else 0.0, reverse=True
        )

    def copy(self, request: CopyRequest) -> Operation:
        """Start the copy; sent to the target's region, and once: botocore doesn't repeat it."""
        arguments: dict[str, Any] = {
            "sourceRegion": request.source_region,
            "targetSnapshotName": request.name,
            "sourceSnapshotName": request.source_snapshot_name,
            "sourceResourceName": request.source_resource_name,
            "restoreDate": request.restore_date if request.source_resource_name else None,
        }
        client = self._client(request.target_region, retries=False)
        given = {key: value for key, value in arguments.items() if value is not None}
        answer = _call("lightsail:CopySnapshot", lambda: client.copy_snapshot(**given))
        operations = answer.get("operations") or []
        if not operations:
            raise AnswerLost("the answer holds no operation", call="lightsail:CopySnapshot")
        return _operation(operations[0], request_id=answer["ResponseMetadata"].get("RequestId", ""))

    def tag(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """Set tags."""
        client = self._client(region)
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        _call("lightsail:TagResource", lambda: client.tag_resource(resourceName=name, tags=pairs))  # type: ignore[arg-type]

    def untag(self, region: str, name: str, keys: Sequence[str]) -> None:
        """Take tags away."""
        client = self._client(region)
        _call("lightsail:UntagResource", lambda: client.untag_resource(resourceName=name, tagKeys=list(keys)))

    def delete(self, snapshot: Snapshot) -> None:
        """Ask for the snapshot's end."""
        client, name = self._client(snapshot.region), snapshot.name
        if snapshot.resource_type == "DiskSnapshot":
            _call("lightsail:DeleteDiskSnapshot", lambda: client.delete_disk_snapshot(diskSnapshotName=name))
        else:
            _call(
                "lightsail:DeleteInstanceSnapshot",
                lambda: client.delete_instance_snapshot(instanceSnapshotName=name),
            )

    def _client(self, region: str, *, retries: bool = True) -> LightsailClient:
        with self._lock:
            client = self._clients.get((region, retries))
            if client is None:
                config = Config(
                    retries={"mode": "standard", "total_max_attempts": 4 if retries else 1},
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=READ_TIMEOUT,
                    tcp_keepalive=True,
                    max_pool_connections=self._connections,
                    user_agent_extra=f"pulumi-snapcopy/{__version__}",
                )
                try:
                    self._session = self._session or boto3.session.Session()
                    client = self._session.client("lightsail", region_name=region, config=config)
                except aws.BotoCoreError as error:
                    raise _local_error(error, "lightsail") from error
                client.meta.events.register("after-call.lightsail", _refuse_garbage)
                self._clients[region, retries] = client
            return client


def _call(name: str, call: Callable[[], Any]) -> Any:
    """Make a call, and turn what it ends with into ours."""
    try:
        return call()
    except aws.ClientError as error:
        raise _service_error(error, name) from error
    except (aws.BotoCoreError, ValueError) as error:
        raise _local_error(error, name) from error


def _refuse_garbage(http_response: Any, **_: Any) -> None:
    """botocore takes an answer that isn't JSON for one that says nothing, such as an empty list."""
    try:
        json.loads(http_response.content or b"{}")
    except ValueError as error:
        raise ValueError("the answer is not JSON") from error


def _pages(name: str, call: Callable[..., Any]) -> Iterator[Any]:
    """Read page by page; a token that comes twice ends it, botocore's own paginators would raise or go on for ever."""
    token, used = None, set[str]()
    while True:
        page = _call(name, partial(call, pageToken=token) if token else call)
        yield page
        token = page.get("nextPageToken")
        if not token or token in used:
            return
        used.add(token)


def _member(answer: Any, name: str) -> Any:
    if name not in answer:
        raise AnswerLost(f"the answer holds no {name}")
    return answer[name]


def _service_error(error: aws.ClientError, call: str) -> ServiceError:
    told = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, message = told.get("Code", ""), told.get("Message") or str(error)
    about = {"call": call, "code": code, "request_id": meta.get("RequestId", "")}
    lower = f"{code} {message}".lower()
    if "already in use" in lower:
        return NameInUse(message, **about)
    if code in {"NotFoundException", "DoesNotExist"}:
        return NotFound(message, **about)
    if code in DENIED:
        return Denied(message, **about)
    if meta.get("HTTPStatusCode", 0) >= 500:
        # A 5xx says nothing of whether the work was done.
        return AnswerLost(message, **about)
    if "limitexceeded" in lower or ("too many" in lower and "cop" in lower):
        return TooManyCopies(message, **about)
    if code in PASSING and meta.get("HTTPStatusCode", 0) < 500:
        return Transient(message, **about)
    return Refused(message, **about)


def _local_error(error: Exception, call: str) -> ServiceError:
    message = " ".join(str(error).split())
    no_credentials = (
        aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.ProfileNotFound,
        aws.TokenRetrievalError, aws.SSOError,
    )  # fmt: skip
    if isinstance(error, no_credentials):
        return Denied(message, call=call, code="Credentials")
    if isinstance(error, (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ProxyConnectionError)):
        return Transient(message, call=call)
    if isinstance(error, (aws.HTTPClientError, aws.ResponseStreamingError, ValueError)):
        return AnswerLost(message, call=call)
    if type(error).__name__ == "ResponseParserError":
        return AnswerLost(message, call=call)
    return Refused(message, call=call)


def _snapshot(raw: Any, region: str, kind: str) -> Snapshot:
    created = raw.get("createdAt")
    return Snapshot(
        name=raw.get("name", ""),
        region=region,
        resource_type=kind,
        state=raw.get("state") or "pending",
        arn=raw.get("arn"),
        progress=raw.get("progress"),
        created_at=created.astimezone(timezone.utc) if created else None,
        size_in_gb=raw.get("sizeInGb"),
        from_resource_name=raw.get("fromInstanceName") or raw.get("fromDiskName"),
        tags={tag["key"]: tag.get("value", "") for tag in raw.get("tags") or []},
    )


def _operation(raw: Any, request_id: str = "") -> Operation:
    reason = ": ".join(part for part in (raw.get("errorCode"), raw.get("errorDetails")) if part)
    return Operation(
        id=raw.get("id", ""),
        type=raw.get("operationType", ""),
        status=raw.get("status", ""),
        details=raw.get("operationDetails") or "",
        resource_type=raw.get("resourceType") or "",
        created_at=raw.get("createdAt"),
        error=reason,
        request_id=request_id,
    )
