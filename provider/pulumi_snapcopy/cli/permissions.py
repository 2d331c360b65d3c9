"""The checks of ``snapcopy doctor`` on permissions: reads are tried, on names that aren't there; the rest can't be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..core.errors import BadCredentials, Denied, NotFound, ServiceError
from ..lightsail.permissions import PERMISSIONS, Permission
from . import asking
from .findings import Finding, not_tried, ok, problem

if TYPE_CHECKING:
    from ..lightsail.service import Lightsail

NOTHING = "snapcopy-doctor-asks-for-nothing"

PROBES: tuple[tuple[tuple[str, ...], Callable[[Lightsail, str], object]], ...] = (
    (("lightsail:GetAutoSnapshots",), lambda service, region: service.automatic_snapshots(region, NOTHING)),
    (("lightsail:GetDiskSnapshot",), lambda service, region: service.get(region, NOTHING, "DiskSnapshot")),
    (("lightsail:GetDiskSnapshots",), lambda service, region: service.all(region, "DiskSnapshot")),
    (("lightsail:GetInstanceSnapshot",), lambda service, region: service.get(region, NOTHING, "InstanceSnapshot")),
    (("lightsail:GetInstanceSnapshots",), lambda service, region: service.all(region, "InstanceSnapshot")),
    (("lightsail:GetInstances", "lightsail:GetDisks"), lambda service, region: service.resource_names(region)),
    (("lightsail:GetRelationalDatabases",),
     lambda service, region: service.database_names(region)),
    (("lightsail:GetOperationsForResource",), lambda service, region: service.recorded(region, NOTHING)),
)  # fmt: skip
"""The actions that a read needs, in the order in which it calls them."""


def check_permissions(service: Lightsail, source_region: str, target_region: str) -> Iterator[Finding]:
    """Try each read where it is needed."""
    for region in dict.fromkeys((source_region, target_region)):
        roles = {role for role, of in (("source", source_region), ("target", target_region)) if of == region}
        needed = {each.action: each for each in PERMISSIONS if roles.intersection(each.regions)}
        for actions, read in PROBES:
            if not needed.keys() & set(actions):
                continue
            error = _try(service, region, read)
            if isinstance(error, BadCredentials):
                yield problem("credentials", f"{region} doesn't take them: {asking.sentence(error)}")
                return
            yield from _judge([needed[action] for action in actions], region, error)
    for permission in PERMISSIONS:
        if not permission.reads:
            yield not_tried(
                f"{permission.action} in {target_region}", "can't be tested without making a change"
            )


def _try(service: Lightsail, region: str, read: Callable[[Lightsail, str], object]) -> ServiceError | None:
    try:
        read(service, region)
    except NotFound:
        return None  # which it may only say to who may ask
    except ServiceError as error:
        return error
    return None


def _judge(permissions: list[Permission], region: str, error: ServiceError | None) -> Iterator[Finding]:
    failed = False
    for permission in permissions:
        subject = f"{permission.action} in {region}"
        if failed:
            yield not_tried(subject, f"comes after {permissions[0].action}")
        elif error is not None and permission.action == error.call:
            failed = True
            without = f"Without it, {permission.without}. " if isinstance(error, Denied) else ""
            yield problem(subject, f"{without}{asking.sentence(error)}")
        else:
            yield ok(subject, "allowed")
