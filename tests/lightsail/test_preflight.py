"""What is looked at before a restore is sent, as tables."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.core.errors import SourceError
from pulumi_snapcopy.lightsail.preflight import Bundle, check_bundle, check_size, check_zone, choose_bundle

LINUX, WINDOWS = ("LINUX_UNIX",), ("WINDOWS",)
BUNDLES = [
    Bundle(id="nano_2_0", active=False, disk=20, memory=0.5, platforms=LINUX),
    Bundle(id="nano_3_0", active=True, disk=20, memory=0.5, platforms=LINUX),
    Bundle(id="small_3_0", active=True, disk=60, memory=2, platforms=LINUX),
    Bundle(id="medium_3_0", active=True, disk=80, memory=4, platforms=LINUX),
    Bundle(id="small_win_3_0", active=True, disk=60, memory=2, platforms=WINDOWS),
]


@pytest.mark.parametrize(
    ("wanted", "size", "source", "cause"),
    [
        ("small_3_0", 60, "small_3_0", ""),
        ("medium_3_0", 60, "small_3_0", ""),
        # The source's bundle may be one that this region doesn't have: then the size alone decides.
        ("small_3_0", 60, "small_9_9", ""),
        ("small_3_0", 60, "", ""),
        ("smal_3_0", 60, "small_3_0", "has no bundle 'smal_3_0'"),
        ("nano_2_0", 20, "nano_2_0", "no longer given to new instances"),
        ("nano_3_0", 60, "", "is smaller than the snapshot (60 GiB)"),
        ("nano_3_0", 20, "small_3_0", "is smaller than the snapshot (20 GiB, of a small_3_0)"),
        ("small_win_3_0", 60, "small_3_0", "of another system (WINDOWS)"),
    ],
)
def test_bundles(wanted: str, size: float, source: str, cause: str) -> None:
    """One that the region doesn't have, no longer gives, or that is too small or of another system is refused."""
    if not cause:
        check_bundle(wanted, BUNDLES, region="eu-west-1", size=size, source_bundle=source)
        return
    with pytest.raises(SourceError) as caught:
        check_bundle(wanted, BUNDLES, region="eu-west-1", size=size, source_bundle=source)
    assert cause in caught.value.cause
    fitting = {"nano_2_0": "nano_3_0", "nano_3_0": "small_3_0, "}.get(wanted, "small_3_0, medium_3_0")
    assert fitting in caught.value.state and caught.value.next_step == "write one of these as bundle_id."


def test_the_cheapest_bundle_has_an_ipv4_address_if_any_that_fits_has() -> None:
    """Those without one are cheaper, and what is restored in them can't be reached as its source was."""
    plans = [
        Bundle(id=each, active=True, disk=disk, memory=1, price=price, ipv4="ipv6" not in each)
        for each, disk, price in (
            ("micro_ipv6_3_0", 40, 5.0),
            ("micro_3_0", 40, 7.0),
            ("big_ipv6_3_0", 80, 9.0),
        )
    ]

    def chosen(size: float, source: str) -> str:
        return choose_bundle(plans, region="eu-west-1", size=size, source_bundle=source).id

    assert chosen(40, "micro_2_0") == "micro_3_0"
    assert chosen(40, "micro_ipv6_3_0") == "micro_ipv6_3_0"
    assert chosen(80, "micro_2_0") == "big_ipv6_3_0"


@pytest.mark.parametrize(
    ("zone", "good"), [("eu-west-1a", True), ("eu-west-1d", False), ("us-east-1a", False)]
)
def test_zones(zone: str, good: bool) -> None:
    """A zone has to be one of the region's."""
    zones = ["eu-west-1b", "eu-west-1a"]
    if good:
        check_zone(zone, zones, region="eu-west-1")
        return
    with pytest.raises(SourceError) as caught:
        check_zone(zone, zones, region="eu-west-1")
    assert caught.value.state == "eu-west-1 has the zones eu-west-1a, eu-west-1b."


@pytest.mark.parametrize(("size", "good"), [(64, True), (65, True), (63, False)])
def test_sizes(size: int, good: bool) -> None:
    """A disk is at least as large as its snapshot."""
    if good:
        check_size(size, "data", 64)
        return
    with pytest.raises(SourceError) as caught:
        check_size(size, "data", 64)
    assert caught.value.next_step == "write size_in_gb=64, or more."
