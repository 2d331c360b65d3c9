"""Control of the emulated services past their APIs: seeds, foreign snapshots, failures, time."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import seeding
from .blocks import CLOUDS
from .clouds import BlockBackstage
from .lightsail import foreign_resources
from .lightsail.models import LightsailBackend, all_backends, backend_of, lightsail_backends
from .lightsail.resources import COMPLETE, DISK, INSTANCE, INSTANCE_SNAPSHOT, SNAPSHOTS, Resource
from .lightsail.shapes import check_name, enum
from .settings import Settings
from .shared import SHARED, changing, now


class Backstage:
    """Control of the emulated services of this process; `Emulator` is the subclass that also serves them over HTTP.

    With moto's ``mock_aws`` there is no server, and this class is all that is needed:

        >>> from moto import mock_aws
        >>> from pulumi_snapcopy.emulator import Backstage, Settings
        >>> with mock_aws():
        ...     backstage = Backstage()
        ...     backstage.settings = Settings(copy_seconds=0)
        ...     backstage.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": 7}]}})
    """

    @property
    def ec2(self) -> BlockBackstage:
        """Control of EC2's snapshots."""
        return BlockBackstage("ec2")

    @property
    def outscale(self) -> BlockBackstage:
        """Control of OUTSCALE's snapshots, which OAPI and FCU share."""
        return BlockBackstage("outscale")

    @property
    def settings(self) -> Settings:
        """The settings of the services; a change applies to whatever begins after it."""
        return SHARED.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        SHARED.settings = settings

    def seed(self, sources: Mapping[str, Any] | str | os.PathLike[str]) -> None:
        """Create instances, disks and snapshots in the account, from a dict or a JSON file of the same form.

        Existing resources are left unchanged. The form is described in `pulumi_snapcopy.emulator.seeding`.

        Raises:
            SeedError: if the seed is wrong; nothing is created then.
        """
        if not isinstance(sources, str | os.PathLike):
            seeding.seed(sources)
            return
        data = seeding.read_seed(sources)
        try:
            seeding.seed(data)
        except seeding.SeedError as error:
            raise seeding.SeedError(f"the seed file {os.fspath(sources)}: {error}") from None

    def put_snapshot(
        self,
        region: str,
        name: str,
        kind: str = INSTANCE_SNAPSHOT,
        *,
        from_name: str | None = None,
        size_in_gb: int | None = None,
        tags: Mapping[str, str] | None = None,
        state: str | None = None,
    ) -> str:
        """Create a foreign snapshot in a region, complete unless a state is given, and return its ARN.

        The snapshot replaces a resource of the same name, as if that resource had been deleted before.

        Raises:
            ValueError: if the kind or the state doesn't exist.
        """
        if kind not in SNAPSHOTS:
            raise ValueError(f"there is no kind of snapshot {kind!r}; write one of {', '.join(SNAPSHOTS)}")
        _check_state(kind, state or COMPLETE[kind])
        check_name(name)
        with changing():
            return foreign_resources.put_snapshot(
                backend_of(region),
                name,
                kind=kind,
                from_name=from_name,
                size_in_gb=size_in_gb,
                tags=tags,
                state=state,
            )

    def set_state(self, region: str, name: str, state: str) -> None:
        """Put a snapshot into a state permanently: ``error``, ``pending``, ``available`` or ``completed``.

        Raises:
            KeyError: if the region has no such snapshot.
            ValueError: if snapshots of this type have no such state.
        """
        with changing():
            backend = backend_of(region)
            snapshot = _resource(backend, name, *SNAPSHOTS)
            _check_state(snapshot.kind, state)
            done_at = None if state == "pending" else now()
            backend.resources[name] = replace(snapshot, final=state, done_at=done_at)

    def forget_operations(self, region: str, name: str) -> None:
        """Remove the operations on a resource from the record, as the service does after some time."""
        with changing():
            backend = backend_of(region)
            kept = {i: o for i, o in backend.operations.items() if o.members["resourceName"] != name}
            backend.operations = kept

    def age_out(self, region: str, resource: str, date: str) -> None:
        """Remove the automatic snapshot of this date (YYYY-MM-DD) from an instance or disk.

        Raises:
            KeyError: if there is no such instance or disk, or if it has no automatic snapshot of this date.
        """
        with changing():
            backend = backend_of(region)
            source = _resource(backend, resource, INSTANCE, DISK)
            left = [details for details in source.automatic if details["date"] != date]
            if len(left) == len(source.automatic):
                raise KeyError(f"{resource} in {region} has no automatic snapshot of {date}")
            backend.resources[resource] = replace(source, automatic=left)

    def take_automatic_snapshot(
        self, region: str, resource: str, date: str, *, status: str = "Success"
    ) -> None:
        """Add an automatic snapshot of this date (YYYY-MM-DD) to an instance or disk; the latest seven are kept.

        Raises:
            KeyError: if there is no such instance or disk.
        """
        with changing():
            backend = backend_of(region)
            source = _resource(backend, resource, INSTANCE, DISK)
            taken = foreign_resources.automatic_snapshot(source, date, status)
            others = [details for details in source.automatic if details["date"] != date]
            kept = sorted([*others, taken], key=lambda details: str(details["date"]))[
                -foreign_resources.MOST_AUTOMATIC :
            ]
            backend.resources[resource] = replace(source, automatic=kept)

    def advance(self, seconds: float) -> None:
        """Set the services' clock ahead; whatever had less time left than `seconds` is complete afterwards."""
        with changing():
            SHARED.ahead += seconds

    def finish_copies(self) -> None:
        """Complete all pending snapshots and operations now, as if their time had passed."""
        with changing():
            for cloud in CLOUDS.values():
                cloud.finish()
            at = now()
            for _, _, backend in all_backends():
                for name, resource in backend.resources.items():
                    backend.resources[name] = _finished(resource, at)
                for number, operation in backend.operations.items():
                    backend.operations[number] = replace(operation, ends_at=min(operation.ends_at, at))

    def empty(self) -> None:
        """Remove all resources from all accounts and regions."""
        with changing():
            lightsail_backends.clear()
            for cloud in CLOUDS.values():
                cloud.clear()
            _empty_moto()
            SHARED.ahead = 0.0


def _empty_moto() -> None:
    """Remove the volumes, images and keys that moto keeps, if moto's EC2 or KMS has been loaded."""
    for name in ("ec2", "kms"):
        models = sys.modules.get(f"moto.{name}.models")
        if models is not None:
            getattr(models, f"{name}_backends").clear()


def _resource(backend: LightsailBackend, name: str, *kinds: str) -> Resource:
    resource = backend.resources.get(name)
    if resource is None or resource.kind not in kinds:
        raise KeyError(f"{backend.region_name} has no {' or '.join(kinds)} {name}")
    return resource


def _finished(resource: Resource, at: float) -> Resource:
    done_at = None if resource.done_at is None else min(resource.done_at, at)
    return replace(
        resource,
        done_at=done_at,
        visible_at=min(resource.visible_at, at),
        gone_at=None if resource.gone_at is None else min(resource.gone_at, at),
        tags_at=min(resource.tags_at, at),
    )


def _check_state(kind: str, state: str) -> None:
    states = enum(f"{kind}State")
    if state not in states:
        raise ValueError(f"no {kind} has the state {state!r}; write one of {', '.join(states)}")
