"""The stack-wide rule about the age of the newest copy of each source, for any service's copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from math import ceil

from .judgement import Config, Context, Resource, StackRule, Violation


def recovery_point_objective(
    *, sources: Sequence[str], region: str, taken: Sequence[str], shown: str, fix: str, page: str
) -> StackRule:
    """Return the rule that the newest copy of each source is no older than the organisation's objective.

    A copy that is yet to be made is as new as its source; a date counts from its midnight.

    Args:
        sources: the properties that name the source, the first that is known counts.
        region: the property of the source's region.
        taken: the properties that say when what was copied was taken, or else copied; the first that is known counts.
        shown: the property that the violation names.
        fix: what to do, as the end of the message: "Copy a newer snapshot …".
        page: where it comes from.
    """

    def judge(
        copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
    ) -> Iterator[tuple[str, Violation]]:
        hours = config.get("hours")
        if hours is None:
            return
        newest: dict[tuple[str, str], tuple[datetime, Resource]] = {}
        for each in copies:
            name, time = first(each, sources), _time(first(each, taken))
            if name is not None and time:
                source = (str(each.inputs.get(region)), name)
                if source not in newest or time > newest[source][0]:
                    newest[source] = (time, each)
        for (_, name), (time, copy) in sorted(newest.items(), key=lambda each: each[0]):
            age = (context.now - time).total_seconds() / 3600
            if age > hours:
                message = (
                    f'the newest copy of "{name}" is of {time:%Y-%m-%d %H:%M} UTC, '
                    f"{ceil(age)} hours old; {hours:g} are allowed. {fix}"
                )
                yield copy.urn, Violation(property=shown, message=message)

    return StackRule(
        name="recovery-point-objective", severity="medium", page=page, judge=judge,
        description="The newest copy of each source is no older than the organisation's objective.",
        fix=fix,
        schema={"hours": {"type": "number", "exclusiveMinimum": 0,
                          "description": "The age in hours that the newest copy may have."}},
    )  # fmt: skip


def first(resource: Resource, keys: Sequence[str]) -> str | None:
    """Return the first property of a resource that is a known string."""
    return next((value for key in keys if isinstance(value := resource.inputs.get(key), str)), None)


def _time(text: str | None) -> datetime | None:
    try:
        taken = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
    return taken if taken is None or taken.tzinfo else taken.replace(tzinfo=timezone.utc)
