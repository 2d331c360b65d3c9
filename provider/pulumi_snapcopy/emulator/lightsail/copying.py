"""CopySnapshot, sent to the target region, with the source region in the request."""

from __future__ import annotations

from typing import Any

from ..plans import PLAN, CopyPlan
from ..shared import SHARED, now
from .errors import LightsailError
from .models import LightsailBackend, backend_of
from .resources import COMPLETE, Resource
from .sources import Source, find_source


def copy_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CopySnapshot: start a copy, and return its one operation."""
    region, name = parameters["sourceRegion"], parameters["targetSnapshotName"]
    source = find_source(
        backend_of(region, backend.account_id), parameters, "sourceSnapshotName", "sourceResourceName"
    )
    backend.refuse_taken([name])
    _refuse_too_many(backend)
    plan = PLAN.get() or CopyPlan()
    copy = _add_copy(backend, name, source, plan)
    lead = 0 if plan.error else SHARED.settings.operation_lead_seconds
    operation = backend.begin(
        "CopySnapshot",
        copy,
        details=f"{region}:{source.name}",
        ends_at=(copy.done_at or 0) - lead,
        error=plan.error,
    )
    # The response reports Started even if the copy takes no time.
    return {"operations": [{**operation.members, **operation.begun()}]}


def _add_copy(backend: LightsailBackend, name: str, source: Source, plan: CopyPlan) -> Resource:
    settings = SHARED.settings
    members = {**backend.identity(source.snapshot_kind, name), **source.origin}
    seconds = settings.copy_seconds if plan.seconds is None else plan.seconds
    copy = Resource(
        members=members,
        final="error" if plan.error else COMPLETE[source.snapshot_kind],
        done_at=members["createdAt"] + seconds,
        visible_at=members["createdAt"] + settings.visibility_seconds,
        copied=True,
    )
    backend.resources[name] = copy
    return copy


def _refuse_too_many(backend: LightsailBackend) -> None:
    limit, at = SHARED.settings.max_copies_in_progress, now()
    copies = [r for r in backend.resources.values() if r.copied and r.gone_at is None]
    pending = sum(r.state(at) == "pending" for r in copies)
    if limit is not None and pending >= limit:
        # Lightsail's own limit is unpublished; this is EC2's code.
        message = f"Too many snapshot copies in progress. The limit is {limit} in this region."
        raise LightsailError("ResourceLimitExceeded", message)
