"""Deletes the orphaned copies of live tests on a real account, and nothing else.

`python -m tests.live.sweep` prints what it would delete, `--yes` does it; `--hours N` says how old a copy must be.
What only looks like a live test's copy, by its name, is printed as well, and is for you to judge.
Needs the same leave as the tests: SNAPCOPY_LIVE=1, SNAPCOPY_LIVE_ACCOUNT, SNAPCOPY_LIVE_SOURCE.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime, timedelta, timezone

from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG, Seen
from pulumi_snapcopy.lightsail.service import Lightsail

from tests.harness import LIVE_PROJECT, Permit, Refused

HOURS = 6.0
"""A copy takes up to three; what is younger may be in use by a test that runs now."""


def is_orphaned(snapshot: Seen, permit: Permit, *, before: datetime) -> bool:
    """Whether it is provably a live test's, and old enough that no run uses it any more.

    Both of our tags must be there: the live project's as owner, and as source the one that may be copied.
    """
    return (
        snapshot.tags.get(OWNER_TAG, "").startswith(f"{LIVE_PROJECT}/")
        and snapshot.tags.get(SOURCE_TAG) == f"{permit.source_region}:{permit.source}"
        and (snapshot.region, snapshot.name) != (permit.source_region, permit.source)
        and snapshot.created_at is not None
        and snapshot.created_at < before
    )


def may_be_orphaned(snapshot: Seen, permit: Permit) -> bool:
    """Whether its name is like those of live tests and it has no owner tag: the orphan of a run that was killed early."""
    names = rf"{re.escape(permit.source)}-manual-[0-9a-f]{{8}}|copy-\d+-dr|named-copy-\d+"
    return (
        re.fullmatch(names, snapshot.name) is not None
        and OWNER_TAG not in snapshot.tags
        and (snapshot.region, snapshot.name) != (permit.source_region, permit.source)
    )


def main(arguments: list[str] | None = None) -> int:
    """Sweep; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.sweep", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="delete, not only print")
    parser.add_argument(
        "--hours", type=float, default=HOURS, help="how old it must be (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    try:
        permit = Permit.of_the_environment()
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 2
    service = Lightsail()
    listed = [each for kind in service.kinds for each in service.all(permit.region, kind)]
    before = datetime.now(timezone.utc) - timedelta(hours=given.hours)
    doomed = [each for each in listed if is_orphaned(each, permit, before=before)]
    for each in doomed:
        print(
            f"{'deleting' if given.yes else 'would delete'} {each.region}/{each.name} ({each.tags[OWNER_TAG]})"
        )
        if given.yes:
            service.delete(each)
    for each in (each for each in listed if may_be_orphaned(each, permit)):
        made = f"{each.created_at:%Y-%m-%d %H:%M} UTC" if each.created_at else "an unknown time"
        print(f"left alone {each.region}/{each.name} of {made}: a live test's by its name, but not provably")
    print(f"{len(doomed)} orphaned in {permit.region}, account {permit.account}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
