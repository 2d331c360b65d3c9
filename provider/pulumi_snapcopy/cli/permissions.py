"""The permission checks of ``snapcopy doctor``: reads are tried with names that don't exist, changes are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.pool import ThreadPool

from ..core.errors import Denied, LoginFailed, NotFound, ServiceError
from ..core.permissions import Permission
from . import endpoints
from .access import Access
from .findings import Finding, ok, problem, skipped


def check_permissions(access: Access) -> Iterator[Finding]:
    """Try each read in the regions that need it."""
    probes = access.probes()
    places = (("source", access.source), ("target", access.target))
    for region in dict.fromkeys(of for _, of in places):
        roles = {role for role, of in places if of == region}
        needed = {each.action: each for each in access.permissions if roles.intersection(each.regions)}
        tried = [(actions, read) for actions, read in probes if needed.keys() & set(actions)]
        with ThreadPool(len(tried) or 1) as pool:  # at once: an endpoint that hangs costs one timeout
            errors = pool.imap(partial(_try, region), [read for _, read in tried])
            for (actions, _), error in zip(tried, errors, strict=True):
                if isinstance(error, LoginFailed):
                    yield problem("credentials", f"{region} doesn't take them: {endpoints.sentence(error)}")
                    return
                text = endpoints.sentence(error, policy=access.policy) if error else ""
                yield from _judge([needed[action] for action in actions], region, error, text)
    for permission in access.permissions:
        if not permission.reads:
            yield skipped(
                f"{permission.action} in {access.target}", "can't be tested without making a change"
            )
    for subject, when in access.sometimes_needed().items():
        yield skipped(subject, when)


def _try(region: str, read: Callable[[str], object]) -> ServiceError | None:
    try:
        read(region)
    except NotFound:
        return None  # a service only reports "not found" to those who may read
    except ServiceError as error:
        return error
    return None


def _judge(
    permissions: list[Permission], region: str, error: ServiceError | None, text: str
) -> Iterator[Finding]:
    failed = False
    called = [permission.action for permission in permissions]
    # An error without a call, or of another call (such as an answer from a proxy), counts for the first action.
    of = error.call if error and error.call in called else called[0]
    for permission in permissions:
        subject = f"{permission.action} in {region}"
        if failed:
            yield skipped(subject, f"comes after {permissions[0].action}")
        elif error is not None and permission.action == of:
            failed = True
            without = f"Without it, {permission.without}. " if isinstance(error, Denied) else ""
            yield problem(subject, f"{without}{text}")
        else:
            yield ok(subject, "allowed")
