"""Whose a snapshot is. Nothing that isn't provably ours is changed, tagged or deleted, ever."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from .. import naming
from ..inputs import fingerprint_of
from ..model import ADOPTED, OWNER_TAG, SOURCE_TAG, CopyRequest, Operation, Snapshot
from ..watching.pauses import VISIBILITY

MOMENT = 60.0
"""Seconds by which the times of one event may differ in the service's own records."""

GRACE = 5.0
"""Seconds in which the maker of a copy tags it. A copy that is still untagged then was cut off, or isn't ours."""


class Claim(Enum):
    """What the evidence says."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNPROVEN = "unproven"
    """Untagged, under a name that proves nothing, or that another copy had: the service's record decides."""


def claim(request: CopyRequest, snapshot: Snapshot) -> Claim:
    """Judge by the ARN in the state, the owner tag, and the hex of a derived name."""
    owner = snapshot.tags.get(OWNER_TAG)
    if owner is not None and owner in (request.owner, request.former_owner):
        return Claim.OURS
    if owner is not None:
        return Claim.FOREIGN
    if request.known_arn is not None and snapshot.arn == request.known_arn:
        return Claim.OURS
    # Of a finished copy the state knows the ARN: another one under its name is somebody's, or it was made again by a
    # run that was cut off before the state was written. A half-made one has no name of others' making.
    if request.known_arn is not None and not request.half_made:
        return Claim.UNPROVEN
    return Claim.OURS if has_derived_name(request, snapshot.name) else Claim.UNPROVEN


def proves(request: CopyRequest, operation: Operation, snapshot: Snapshot, *, now: float) -> bool:
    """Whether the service's record shows a cut-off run of this request: same source and region, and recent.

    The record of the finished copy in the state shows nothing of another one under its name; and a snapshot made after
    the record is another one that has taken the name since.
    """
    finished = request.known_arn is not None and not request.half_made
    if finished and not _is_newer(request, operation):
        return False
    if not started(request, operation):
        return False
    if operation.created_at is None:
        return True
    recent = now - operation.created_at.timestamp() < request.timeout
    return recent and is_made_by(operation, snapshot)


def is_being_made_again(request: CopyRequest, operation: Operation, *, now: float) -> bool:
    """Whether the service's last record is of a copy later than the one in the state, so new that it may not show yet."""
    if operation.failed or operation.created_at is None or not started(request, operation):
        return False
    return _is_newer(request, operation) and now - operation.created_at.timestamp() <= VISIBILITY


def started(request: CopyRequest, operation: Operation) -> bool:
    """Whether a record is of a copy of the same source."""
    return (
        operation.type == "CopySnapshot" and operation.details == f"{request.source_region}:{request.source}"
    )


def _is_newer(request: CopyRequest, operation: Operation) -> bool:
    """Whether a record is of a later making than that of the copy in the state, whose operation may not be known."""
    if request.known_operation_id is not None:
        return operation.id != request.known_operation_id
    if request.known_created_at is None or operation.created_at is None:
        return False
    known = datetime.fromisoformat(request.known_created_at.replace("Z", "+00:00"))
    return operation.created_at.timestamp() > known.timestamp() + MOMENT


def records_the_half_made(request: CopyRequest, operation: Operation, snapshot: Snapshot) -> bool:
    """Whether the service's newest record is that of the half-made copy in the state, which was never seen itself."""
    return (
        request.was_never_seen
        and operation.id == request.known_operation_id
        and is_made_by(operation, snapshot)
    )


def is_made_by(operation: Operation, snapshot: Snapshot) -> bool:
    """Whether a snapshot isn't younger than the record: one that was there before would have kept the name."""
    if operation.created_at is None or snapshot.created_at is None:
        return True
    return snapshot.created_at.timestamp() <= operation.created_at.timestamp() + MOMENT


def serves(request: CopyRequest, snapshot: Snapshot) -> bool:
    """Whether a copy of ours is of what is asked for now: its run may have been cut off before the program changed."""
    return request.is_of_itself or snapshot.tags.get(SOURCE_TAG, ADOPTED) in (request.origin, ADOPTED)


def has_derived_name(request: CopyRequest, name: str) -> bool:
    """Whether this request derives the name, for whatever date."""
    return naming.is_derived(name, source=request.source, fingerprint=fingerprint_of(request))
