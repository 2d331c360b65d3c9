"""The bundles (plans) of instances: https://aws.amazon.com/lightsail/pricing/."""

from __future__ import annotations

from typing import Any

from .models import LightsailBackend

# Disk in GB, memory in GB, virtual CPUs, dollars a month.
SIZES = {
    "nano": (20, 0.5, 2, 5.0),
    "micro": (40, 1.0, 2, 7.0),
    "small": (60, 2.0, 2, 12.0),
    "medium": (80, 4.0, 2, 24.0),
    "large": (160, 8.0, 2, 44.0),
    "xlarge": (320, 16.0, 4, 84.0),
    "2xlarge": (640, 32.0, 8, 164.0),
}
_ORDER = list(SIZES)
_GENERATION = {"ap-south-1": "3_1", "ap-southeast-2": "3_2"}
_USUAL = "3_0"


def size_of(bundle_id: str) -> str | None:
    """Return the size in a bundle's name (``nano`` of ``nano_3_0``), or None if there is no such size."""
    size = bundle_id.split("_")[0]
    return size if size in SIZES else None


def is_smaller(bundle_id: str, than: str) -> bool:
    """Whether a bundle is smaller than another; False if one of the names is unknown."""
    one, other = size_of(bundle_id), size_of(than)
    return bool(one and other and _ORDER.index(one) < _ORDER.index(other))


def is_windows(text: str) -> bool:
    """Whether a blueprint id is one of Windows."""
    return text.startswith("windows")


def bundle_ids(region: str) -> list[str]:
    """Return the bundles of a region; a few regions have another generation of bundles."""
    generation = _GENERATION.get(region, _USUAL)
    return [f"{size}_{system}{generation}" for system in ("", "win_") for size in SIZES]


def platform_of(bundle_id: str) -> str:
    """Return a bundle's platform: ``WINDOWS`` or ``LINUX_UNIX``."""
    return "WINDOWS" if "_win_" in bundle_id else "LINUX_UNIX"


def get_bundles(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetBundles: return the region's bundles in one page."""
    return {"bundles": [_describe(each) for each in bundle_ids(backend.region_name)]}


def _describe(bundle_id: str) -> dict[str, Any]:
    size = size_of(bundle_id) or "nano"
    disk, memory, cpus, price = SIZES[size]
    return {
        "bundleId": bundle_id,
        "name": size.capitalize(),
        "instanceType": size,
        "isActive": True,
        "power": 500,
        "price": price,
        "cpuCount": cpus,
        "diskSizeInGb": disk,
        "ramSizeInGb": memory,
        "transferPerMonthInGb": 1024,
        "supportedPlatforms": [platform_of(bundle_id)],
        "publicIpv4AddressCount": 1,
    }
