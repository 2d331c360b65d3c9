"""Checks a source before a request is sent: a copy of an incomplete snapshot would hold less than its size says."""

from __future__ import annotations

from ..core.errors import NoSuchService, Refused, SourceError, SourcePending
from ..core.rules.suggest import existing_sentence
from ..core.values import Phase, Source, Spec
from .modes import SOURCE, VOLUME
from .reading import AccountReader


def check_source(reader: AccountReader, spec: Spec) -> Source:
    """Return the source of a snapshot, or raise an error if it can't be used.

    Args:
        reader: reads the source.
        spec: the snapshot that the program asks for; a file to import isn't checked.

    Raises:
        SourcePending: if the source isn't complete yet.
        SourceError: if the source doesn't exist, or never will be complete.
        ServiceError: if the service doesn't answer.
    """
    if (snapshot_id := spec.arguments.get(SOURCE)) is not None:
        _check_snapshot(reader, snapshot_id, spec.region)
    elif (volume_id := spec.arguments.get(VOLUME)) is not None:
        _check_volume(reader, volume_id, spec.region)
    return Source(kind="snapshot")


def _check_snapshot(reader: AccountReader, snapshot_id: str, region: str) -> None:
    found = reader.readable_snapshot(snapshot_id)
    if found is None:
        raise SourceError(
            f'there is no snapshot "{snapshot_id}" in {region} that the account can copy',
            existing_sentence(f"this account in {region}", "snapshots", reader.own_snapshots, snapshot_id),
            "write the id of an existing one as source_snapshot_id.",
        )
    if found.phase is Phase.PENDING:
        raise SourcePending(f'"{snapshot_id}" in {region} is not complete (state: {found.state})')
    if found.phase is Phase.FAILED:
        raise SourceError(
            f'the source "{snapshot_id}" in {region} can\'t be copied',
            f"its state is {found.state}.",
            "write the id of a completed snapshot as source_snapshot_id.",
        )


def _check_volume(reader: AccountReader, volume_id: str, region: str) -> None:
    try:
        state = reader.volume_state(volume_id)
    except (NoSuchService, Refused):
        return  # the endpoint has no such call; CreateSnapshot refuses a missing volume, too
    if state is None:
        raise SourceError(
            f'there is no volume "{volume_id}" in {region}',
            existing_sentence(f"this account in {region}", "volumes", reader.own_volumes, volume_id),
            "write the id of an existing one as volume_id.",
        )
    if state == "creating":
        raise SourcePending(f'the volume "{volume_id}" in {region} is not ready (state: {state})')
    if state in ("deleting", "error"):
        raise SourceError(
            f'the volume "{volume_id}" in {region} can\'t be used',
            f"its state is {state}.",
            "write the id of another one as volume_id.",
        )
