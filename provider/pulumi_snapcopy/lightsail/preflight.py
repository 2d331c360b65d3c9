"""What is looked at before a restore is sent: the service would refuse it too, but not say what fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import SourceError
from ..core.rules.suggest import nearest_first

_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A plan of instances in one region.

    Args:
        id: such as small_3_0.
        active: whether new instances can have it.
        disk: GiB.
        memory: GiB.
        platforms: LINUX_UNIX, WINDOWS.
        price: US dollars a month; None if it isn't told.
        ipv4: whether its instances have a public IPv4 address.
    """

    id: str
    active: bool
    disk: float
    memory: float
    platforms: tuple[str, ...] = ()
    price: float | None = None
    ipv4: bool = True

    def fits(self, size: float, source: Bundle | None) -> bool:
        """Whether a snapshot fits in: by its size in GiB, and by the bundle of its source, where the region has that."""
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
    """Refuse a bundle that the region doesn't have, or that the snapshot doesn't fit in.

    Args:
        wanted: its id.
        bundles: the region's, inactive ones too.
        region: the region.
        size: the snapshot's, in GiB.
        source_bundle: the id of the bundle that the snapshot's instance had; empty if it isn't told.
        argument: where another one is written.

    Raises:
        SourceError: with the bundles that fit.
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
    """Return the source's bundle, or else the cheapest one that the snapshot fits in, with IPv4 if any; see `check_bundle`.

    Raises:
        SourceError: if there is none.
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
    """Refuse a zone that the region doesn't have; ``argument`` is where another one is written.

    Raises:
        SourceError: with those that it has.
    """
    if wanted not in zones:
        raise SourceError(
            f"{region} has no availability zone {wanted!r}",
            f"{region} has the zones {', '.join(sorted(zones)) or 'that the service does not tell'}.",
            f"write one of these as {argument}.",
        )


def check_size(wanted: float, snapshot: str, size: float) -> None:
    """Refuse a disk that is smaller than its snapshot, in GiB.

    Raises:
        SourceError: with the least size.
    """
    if wanted < size:
        raise SourceError(
            f"a disk of {wanted:g} GiB is smaller than its snapshot",
            f'the snapshot "{snapshot}" has {size:g} GiB.',
            f"write size_in_gb={size:g}, or more.",
        )


def no_snapshot(kind: str, name: str, argument: str, region: str, there_is: Sequence[str]) -> SourceError:
    """Say that a snapshot isn't there, and what is."""
    listed = nearest_first(name, list(there_is), most=_MOST)
    more = f" and {len(there_is) - len(listed)} more" if len(there_is) > len(listed) else ""
    return SourceError(
        f'there is no {kind} "{name}" in {region}',
        f"{region} has the {kind}s {', '.join(listed)}{more}." if listed else f"{region} has no {kind}s.",
        f"write the name of an existing one as {argument}, or copy one to {region} first.",
    )
