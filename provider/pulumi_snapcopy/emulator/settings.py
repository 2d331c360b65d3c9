"""How the emulated Lightsail behaves: how long things take, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set on the emulated service, also while it runs (times in seconds).

    Attributes:
        copy_seconds: How long a copy is ``pending``. A `Fault` of the kind ``copy-seconds`` or
            ``fail-copy`` overrides it for the copies it matches.
        snapshot_seconds: How long a snapshot made by Create{Instance,Disk}Snapshot is ``pending``.
        operation_lead_seconds: How much earlier a copy's operation has ``Succeeded`` than its snapshot.
        visibility_seconds: For how long a new snapshot is NotFound and in no list, though its name is taken.
        deletion_seconds: For how long a deleted snapshot is still read and listed, and its name taken.
        tagging_seconds: For how long a snapshot is read and listed with the tags it had before they were changed.
        max_copies_in_progress: Copies a region makes at a time; more are refused, ``ResourceLimitExceeded``.
        page_size: Items a page of a list; by default 100, and 200 for operations.
        taggable_when_pending: Whether TagResource takes a snapshot that is still ``pending``.

    Raises:
        ValueError: A number is out of its range.

    Example:
        >>> Settings(copy_seconds=0.5).snapshot_seconds
        0.0
    """

    copy_seconds: float = 10.0
    snapshot_seconds: float = 0.0
    operation_lead_seconds: float = 0.0
    visibility_seconds: float = 0.0
    deletion_seconds: float = 0.0
    tagging_seconds: float = 0.0
    max_copies_in_progress: int | None = None
    page_size: int | None = None
    taggable_when_pending: bool = True

    def __post_init__(self) -> None:
        for name in (each.name for each in fields(self) if each.name.endswith("_seconds")):
            _refuse_unless_number(name, getattr(self, name))
        for name in ("max_copies_in_progress", "page_size"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ValueError(f"{name} is {value!r}; write a whole number from 1, or leave it out")
        if not isinstance(self.taggable_when_pending, bool):
            raise ValueError(f"taggable_when_pending is {self.taggable_when_pending!r}; write true or false")


def _refuse_unless_number(name: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and 0 <= value < float("inf")):  # type: ignore[operator]
        raise ValueError(f"{name} is {value!r}; write a number of seconds, 0 or more")
