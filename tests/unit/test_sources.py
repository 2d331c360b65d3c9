"""Looking at a source before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.errors import Denied, NotFound, SourceError, Transient
from pulumi_snapcopy.core.rules.suggest import existing_sentence
from pulumi_snapcopy.core.values import Seen, Source
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.lightsail.family import CopiedSnapshots
from pulumi_snapcopy.lightsail.shapes import phase
from pulumi_snapcopy.lightsail.sources import AutomaticSnapshot, check_source

from tests.harness.scripted import FakeClock


class Region:
    """A region with manual snapshots, and one resource with automatic ones."""

    def __init__(
        self,
        snapshots: dict[str, str] | None = None,
        automatic: Sequence[tuple[str, str]] = (),
        *,
        listing_denied: bool = False,
    ) -> None:
        self.held = snapshots or {}
        self.automatic = automatic
        self.listing_denied = listing_denied

    kinds = ("InstanceSnapshot", "DiskSnapshot")

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        if name not in self.held:
            return None
        state = self.held[name]
        return Seen(name=name, region=region, kind="DiskSnapshot", state=state, phase=phase(state))

    def all(self, region: str, kind: str) -> list[Seen]:
        self._may_list()
        names = self.held if kind == "DiskSnapshot" else {}
        return [Seen(name=name, region=region, kind=kind) for name in names]

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        if resource != "web-1":
            raise NotFound("no such resource")
        return [
            AutomaticSnapshot(date=date, status=status, kind="InstanceSnapshot")
            for date, status in self.automatic
        ]

    def resource_names(self, region: str) -> list[str]:
        self._may_list()
        return ["web-1", "data-1"]

    def database_names(self, region: str) -> list[str]:
        self._may_list()
        return ["orders"]

    def _may_list(self) -> None:
        if self.listing_denied:
            raise Denied("not allowed")


def check(region: Region, **source: str | None) -> Source:
    """Check a source in that region."""
    inputs = {
        "sourceRegion": "us-east-1", "targetRegion": "eu-west-1", "sourceSnapshotName": source.get("snapshot"),
        "sourceResourceName": source.get("resource"), "restoreDate": source.get("date"),
    }  # fmt: skip
    spec = CopiedSnapshots().spec(inputs, Bookkeeping(owner="shop/dev/web@0123456789abcdef"))
    listing = Listing(region, spec.source_region, FakeClock())  # type: ignore[arg-type]
    return check_source(region, spec, listing)


def refused(region: Region, **source: str | None) -> SourceError:
    """The error of a source that can't be copied."""
    with pytest.raises(SourceError) as caught:
        check(region, **source)
    assert caught.value.next_step.endswith(".") and caught.value.state.endswith(".")
    return caught.value


DAYS = [
    ("2026-11-18", "Success"),
    ("2026-11-20", "Success"),
    ("2026-11-19", "Success"),
    ("2026-11-21", "InProgress"),
]


def test_a_complete_manual_snapshot_is_a_source() -> None:
    """A complete manual snapshot is a source, and its type is that of its copy."""
    assert check(Region({"db-1": "completed"}), snapshot="db-1") == Source(kind="DiskSnapshot")


def test_a_missing_manual_snapshot_is_answered_with_what_there_is() -> None:
    """The message about a missing snapshot names at most ten existing ones, the nearest names first, and counts the rest."""
    region = Region({f"db-{n}": "completed" for n in range(20)} | {"web-before-upgrade": "completed"})
    error = refused(region, snapshot="web-befor-upgrade")
    assert error.cause == 'there is no manual snapshot "web-befor-upgrade" in us-east-1'
    assert error.state.startswith("us-east-1 has the manual snapshots web-before-upgrade, db-0,")
    assert "and 11 more" in error.state
    assert "source_snapshot_name" in error.next_step and "source_region" in error.next_step


def test_an_empty_region_is_said_to_be_empty() -> None:
    """The message about a missing snapshot says if the region has none."""
    assert refused(Region(), snapshot="db-1").state == "us-east-1 has no manual snapshots."


def test_a_relational_database_is_named_as_one() -> None:
    """Databases can't be copied; who may not list them is told that there is no such source."""
    for source in ({"snapshot": "orders"}, {"resource": "orders", "date": "2026-11-20"}):
        error = refused(Region(), **source)
        assert error.cause == '"orders" in us-east-1 is a relational database'
        assert "relational" not in refused(Region(listing_denied=True), **source).cause


def test_not_being_allowed_to_list_alternatives_claims_nothing_about_them() -> None:
    """Without permission to list, the message says that the source is missing, and nothing of alternatives."""
    region = Region({"db-2": "completed"}, listing_denied=True)
    manual, automatic = refused(region, snapshot="db-1"), refused(region, resource="web-9", date="2026-11-20")
    assert "there is no manual snapshot" in manual.cause and "no instance or disk" in automatic.cause
    assert "has no manual snapshots" not in manual.state
    assert "has no instances or disks" not in automatic.state


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "eu-west-1 has no disks."),
        (["web-1", "data-1"], "eu-west-1 has the disks data-1, web-1."),
        ([f"web-{number}" for number in range(12)], "web-2, web-3, web-4, web-5, web-6, web-7 and 2 more."),
        (Denied("not allowed"), "what eu-west-1 has can't be listed: not allowed."),
        (
            Denied("not allowed", call="lightsail:GetDisks"),
            "what eu-west-1 has can't be listed: not allowed (lightsail:GetDisks).",
        ),
    ],
)
def test_what_exists_instead_is_listed_or_why_it_cant_be(names: list[str] | Denied, sentence: str) -> None:
    """The most similar first, ten at most; a list that is denied names the action to allow."""

    def listed() -> list[str]:
        if isinstance(names, Denied):
            raise names
        return names

    assert existing_sentence("eu-west-1", "disks", listed, "data-2").endswith(sentence)


@pytest.mark.parametrize(
    ("state", "advice"),
    [("pending", "run `pulumi up` again"), ("error", "name another"), ("new-word", "again")],
)
def test_an_incomplete_source_is_refused_with_its_state(state: str, advice: str) -> None:
    """A pending one may be waited for, a failed one is no source."""
    error = refused(Region({"db-1": state}), snapshot="db-1")
    assert "not complete" in error.cause and state in error.state and advice in error.next_step


def test_an_automatic_snapshot_is_a_source_by_its_date_or_as_the_latest() -> None:
    """The latest is the newest that can be copied, not the newest there is."""
    region = Region(automatic=DAYS)
    for date, settled in (("2026-11-18", "2026-11-18"), (None, "2026-11-20")):
        found = check(region, resource="web-1", date=date)
        assert found == Source(kind="InstanceSnapshot", settled={"restoredDate": settled})


def test_a_date_without_a_snapshot_is_answered_with_the_dates_there_are() -> None:
    """The message about a date without a snapshot names the dates that can be copied."""
    error = refused(Region(automatic=DAYS), resource="web-1", date="2026-11-10")
    assert error.cause == "web-1 has no automatic snapshot of 2026-11-10 in us-east-1"
    assert error.state == "automatic snapshots of web-1: 2026-11-18, 2026-11-19, 2026-11-20."
    assert "restore_date" in error.next_step


def test_a_date_whose_snapshot_is_not_ready_is_told_its_status() -> None:
    """The message about an automatic snapshot that isn't ready has its status."""
    error = refused(Region(automatic=DAYS), resource="web-1", date="2026-11-21")
    assert "2026-11-21 whose status is InProgress" in error.cause


@pytest.mark.parametrize("automatic", [[], [("2026-11-20", "Failed"), ("2026-11-21", "InProgress")]])
def test_a_resource_without_copiable_snapshots_is_told_how_to_get_them(
    automatic: list[tuple[str, str]],
) -> None:
    """The message about a resource without snapshots to copy says how to get them, and names each unusable one with its status."""
    error = refused(Region(automatic=automatic), resource="web-1")
    assert "no automatic snapshot in us-east-1 that can be copied" in error.cause
    assert all(f"{date} ({status})" in error.state for date, status in automatic)
    assert automatic or error.state.endswith("none.")
    assert "enable automatic snapshots" in error.next_step


def test_a_missing_resource_is_answered_with_what_there_is() -> None:
    """The message about a missing resource names the instances and disks, the nearest names first."""
    error = refused(Region(), resource="web-2", date="2026-11-20")
    assert error.cause == 'there is no instance or disk "web-2" in us-east-1'
    assert error.state == "us-east-1 has the instances and disks web-1, data-1."


def test_what_passes_is_not_taken_for_an_answer() -> None:
    """A service that doesn't answer is an error that passes, and no missing source."""

    class Throttled(Region):
        def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
            raise Transient("throttled")

    with pytest.raises(Transient):
        check(Throttled(), snapshot="db-1")
