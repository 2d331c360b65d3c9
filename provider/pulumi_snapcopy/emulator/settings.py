"""The settings of the emulated services: how long things take, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of the emulated services, which can be changed while they run (times in seconds).

    Attributes:
        copy_seconds: How long a copy is ``pending``. A `Fault` of the kind ``copy-seconds`` or
            ``fail-copy`` overrides it for the copies it matches.
        snapshot_seconds: How long a snapshot of an instance, disk or volume, or an import, is ``pending``.
        restore_seconds: How long an instance or disk of Lightsail made of a snapshot is ``pending``.
        operation_lead_seconds: How much earlier a copy's operation has ``Succeeded`` than its snapshot is complete.
        visibility_seconds: For how long a new snapshot can't be read or listed, though its name is taken.
        filter_seconds: For how long filters of EC2 and OUTSCALE, other than by id, miss a new snapshot.
        deletion_seconds: For how long a deleted snapshot is still read and listed, and its name taken.
        tagging_seconds: For how long a snapshot is read and listed with its previous tags after a change.
        max_copies_in_progress: The copies that a region makes at a time; more are refused, ``ResourceLimitExceeded``
            or OUTSCALE's 10008. None: no limit, and 20 on EC2.
        max_snapshots: The snapshots that an account of OUTSCALE may have; more are refused with 10026.
        page_size: The items in a page of a list; by default 100, and 200 for operations.
        taggable_when_pending: Whether TagResource accepts a snapshot that is still ``pending``.

    Raises:
        ValueError: if a number is out of its range.

    Example:
        >>> Settings(copy_seconds=0.5).snapshot_seconds
        0.0
    """

    copy_seconds: float = 10.0
    snapshot_seconds: float = 0.0
    restore_seconds: float = 0.0
    operation_lead_seconds: float = 0.0
    visibility_seconds: float = 0.0
    filter_seconds: float = 0.0
    deletion_seconds: float = 0.0
    tagging_seconds: float = 0.0
    max_copies_in_progress: int | None = None
    max_snapshots: int | None = None
    page_size: int | None = None
    taggable_when_pending: bool = True

    def __post_init__(self) -> None:
        for name in (each.name for each in fields(self) if each.name.endswith("_seconds")):
            refuse_unless_seconds(name, getattr(self, name))
        for name in ("max_copies_in_progress", "max_snapshots", "page_size"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ValueError(f"{name} is {value!r}; write a whole number from 1, or leave it out")
        if not isinstance(self.taggable_when_pending, bool):
            raise ValueError(f"taggable_when_pending is {self.taggable_when_pending!r}; write true or false")


def refuse_unless_seconds(name: str, value: object) -> None:
    """Refuse what isn't a finite number of seconds, 0 or more."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and 0 <= value < float("inf")):  # type: ignore[operator]
        raise ValueError(f"{name} is {value!r}; write a number of seconds, 0 or more")
