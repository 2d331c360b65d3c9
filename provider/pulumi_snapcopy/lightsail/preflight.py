"""Checks a restore before the request is sent: the service would refuse it too, but without naming what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..core.errors import SourceError
from ..core.rules.suggest import existing_sentence

_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A plan of instances in one region.

    Args:
        id: the bundle's id, such as small_3_0.
        active: whether new instances can use the bundle.
        disk: the disk's size in GiB.
        memory: the memory in GiB.
        platforms: LINUX_UNIX, WINDOWS.
        price: US dollars per month; None if the service doesn't say.
        ipv4: whether the bundle's instances have a public IPv4 address.
    """

    id: str
    active: bool
    disk: float
    memory: float
    platforms: tuple[str, ...] = ()
    price: float | None = None
    ipv4: bool = True

    def fits(self, size: float, source: Bundle | None) -> bool:
        """Whether a snapshot fits the bundle: by its size in GiB, and by its source's bundle if the region has that."""
        if not self.active or self.disk < size:
            return False
        if source is None:
            return True
        same_system = (
            not self.platforms or not source.platforms or bool({*self.platforms} & {*source.platforms})
        )
        return same_system and self.disk >= source.disk and self.memory >= source.memory


def check_bundle(
    wanted: str,
    bundles: Sequence[Bundle],
    *,
    region: str,
    size: float,
    source_bundle: str,
    argument: str = "bundle_id",
) -> None:
    """Raise SourceError for a bundle that the region doesn't have, or that the snapshot doesn't fit.

    Args:
        wanted: the id of the requested bundle.
        bundles: the region's bundles, including inactive bundles.
        region: the region.
        size: the snapshot's size in GiB.
        source_bundle: the id of the bundle that the snapshot's instance had; empty if the service doesn't say.
        argument: the argument that names the bundle, for the message.

    Raises:
        SourceError: if the bundle doesn't fit; the error names the bundles that fit.
    """
    found = next((each for each in bundles if each.id == wanted), None)
    source = next((each for each in bundles if each.id == source_bundle), None)
    if found is not None and found.fits(size, source):
        return
    fitting = sorted((each for each in bundles if each.fits(size, source)), key=lambda each: each.disk)
    shown = ", ".join(each.id for each in fitting[:_MOST]) or "none"
    what = f"the snapshot ({size:g} GiB{f', of a {source_bundle}' if source_bundle else ''})"
    if found is None:
        cause = f"{region} has no bundle {wanted!r}"
    elif not found.active:
        cause = f"the bundle {wanted} is no longer given to new instances in {region}"
    elif found.disk < size or (source and (found.disk < source.disk or found.memory < source.memory)):
        cause = (
            f"the bundle {wanted} ({found.disk:g} GiB, {found.memory:g} GiB of memory) is smaller than {what}"
        )
    else:
        cause = f"the bundle {wanted} is of another system ({', '.join(found.platforms)}) than {what}"
    raise SourceError(cause, f"{region} has for {what}: {shown}.", f"write one of these as {argument}.")


def choose_bundle(
    bundles: Sequence[Bundle], *, region: str, size: float, source_bundle: str, argument: str = "bundle_id"
) -> Bundle:
    """Return the source's bundle, or else the cheapest fitting bundle, with IPv4 if possible; see `check_bundle`.

    Raises:
        SourceError: if no bundle fits.
    """
    source = next((each for each in bundles if each.id == source_bundle), None)
    if source is not None and source.fits(size, source):
        return source
    fitting = [each for each in bundles if each.fits(size, source)]
    if not fitting:
        check_bundle(
            source_bundle, bundles, region=region, size=size, source_bundle=source_bundle, argument=argument
        )
    return min(fitting, key=lambda each: (not each.ipv4, each.price or 0.0, each.disk, each.id))


def check_zone(
    wanted: str, zones: Sequence[str], *, region: str, argument: str = "availability_zone"
) -> None:
    """Raise SourceError for a zone that the region doesn't have; ``argument`` names the argument in the message.

    Raises:
        SourceError: if the region has no such zone; the error names the region's zones.
    """
    if wanted not in zones:
        raise SourceError(
            f"{region} has no availability zone {wanted!r}",
            f"{region} has the zones {', '.join(sorted(zones)) or 'that the service does not tell'}.",
            f"write one of these as {argument}.",
        )


def check_size(wanted: float, snapshot: str, size: float) -> None:
    """Raise SourceError for a disk that is smaller than its snapshot; sizes are in GiB.

    Raises:
        SourceError: if the disk is too small; the error names the smallest size.
    """
    if wanted < size:
        raise SourceError(
            f"a disk of {wanted:g} GiB is smaller than its snapshot",
            f'the snapshot "{snapshot}" has {size:g} GiB.',
            f"write size_in_gb={size:g}, or more.",
        )


def no_snapshot(
    kind: str, name: str, argument: str, region: str, existing: Callable[[], Iterable[str]]
) -> SourceError:
    """Return the error for a snapshot that doesn't exist, with the names of existing snapshots."""
    return SourceError(
        f'there is no {kind} "{name}" in {region}',
        existing_sentence(region, f"{kind}s", existing, name),
        f"write the name of an existing one as {argument}, or copy one to {region} first.",
    )
