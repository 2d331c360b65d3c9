"""What the properties are tried on: requests, services of any temper, and answers that fail."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from pulumi_snapcopy.core.values import Spec

from tests.harness import Kill
from tests.harness.fake_service import FakeService
from tests.harness.scripted import Fault
from tests.harness.target import CALLS

from .world import World, manual, wanted


def requests(**changes: Any) -> st.SearchStrategy[Spec]:
    """Manual and automatic sources, derived and explicit names, unless said otherwise."""
    names = st.sampled_from([{}, {"targetSnapshotName": "web-1-dr"}])
    makers = st.sampled_from([wanted, manual])
    return st.builds(lambda make, name: make(**{**name, **changes}), makers, names)


def worlds(*, faults: tuple[Fault, ...] = ()) -> st.SearchStrategy[World]:
    """Services that are slow or quick to show, to tag, to delete; with faults, if any are named."""
    script = (
        st.lists(st.sampled_from([None, *faults]), max_size=25) if faults else st.builds(list[Fault | None])
    )
    services = st.builds(
        FakeService,
        copy_seconds=st.sampled_from([0.0, 3.0, 40.0]),
        shown_after=st.sampled_from([0.0, 2.0, 20.0]),
        deletion_seconds=st.sampled_from([0.0, 3.0]),
        tags_while_pending=st.booleans(),
        deletes_while_pending=st.booleans(),
        faults=script,
    )
    return services.map(lambda service: World(service=service))


def kills() -> st.SearchStrategy[Kill]:
    """Before or after any of the calls of a run."""
    return st.builds(Kill, at=st.sampled_from(CALLS), done=st.booleans(), skip=st.integers(0, 10))
