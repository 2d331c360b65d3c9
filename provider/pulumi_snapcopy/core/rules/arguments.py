"""Rules of every service's arguments: types, those that are required, descriptions, and timeouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..durations import DurationError, seconds
from ..fields import BOOKKEEPING, Fields
from .judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation, known
from .suggest import did_you_mean

TIMEOUTS = "customTimeouts"
"""The property that violations name, wherever the timeouts are kept."""

VERBS = ("create", "update", "delete", "read")


def value_types(fields: Fields, *, page: str) -> Rule:
    """Return the rule that each argument has its field's type."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        for each in fields.arguments:
            value = inputs.get(each.name)
            if value is not None and value is not UNKNOWN and not each.type.fits(value):
                shown = f"of type {type(value).__name__}" if each.is_secret else _as_written(value)
                message = f"{each.name} must be {each.type.value}; it is {shown}."
                yield Violation(property="" if each.is_secret else each.name, message=message)

    return Rule(
        name="value-types", severity="high", page=page, judge=judge,
        description="Each argument has the type that it is documented with.",
        fix="Write a value of the type that the message names.",
    )  # fmt: skip


def _as_written(value: Any) -> str:
    """Return a value as the program wrote it: the engine passes whole numbers on as floats."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else repr(value)


def required_arguments(*, page: str, **write: str) -> Rule:
    """Return the rule that arguments are given: Python's signature accepts None.

    Args:
        page: the documentation page of the rule.
        write: what to write, by argument.
    """

    def judge(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
        for key, what in write.items():
            if inputs.get(key) in (None, ""):
                yield Violation(property=key, message=f"{key} is required. Write {what}.")

    return Rule(
        name="required-arguments", severity="high", page=page, judge=judge,
        description="What the service can't do without is given.",
        fix="Write the argument that the message names.",
    )  # fmt: skip


def description_length(limit: int, *, page: str) -> Rule:
    """Return the rule that a description isn't longer than the service accepts."""

    def judge(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
        for key, value in known(inputs, ("description",), str):
            if len(value) > limit:
                message = f"{key} has {len(value)} characters. Write at most {limit}."
                yield Violation(property=key, message=message)

    return Rule(
        name="description-length", severity="high", page=page, judge=judge,
        description=f"A description has at most {limit} characters.",
        fix="Write a shorter one.",
    )  # fmt: skip


def custom_timeouts(*, page: str) -> Rule:
    """Return the rule that ``opts.custom_timeouts`` are durations."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        ours = inputs.get(BOOKKEEPING)
        yield from timeout_violations(ours.get("timeouts") if isinstance(ours, Mapping) else None)

    return Rule(
        name="custom-timeouts", severity="high", page=page, judge=judge,
        description="Timeouts are durations.",
        fix="Write durations such as '90m' or '1h 30m', or numbers of seconds.",
    )  # fmt: skip


def timeout_violations(timeouts: Any) -> Iterator[Violation]:
    """Yield the violations of timeouts, a mapping of verbs to durations; None and unknown values are valid."""
    if timeouts is None or timeouts is UNKNOWN:
        return
    if not isinstance(timeouts, Mapping):
        message = f"custom_timeouts must be a mapping of verbs to durations; it is {timeouts!r}."
        yield Violation(property=TIMEOUTS, message=message)
        return
    for verb, value in timeouts.items():
        if verb not in VERBS:
            hint = did_you_mean(str(verb), VERBS, otherwise="Write one of")
            yield Violation(property=TIMEOUTS, message=f"{verb!r} has no timeout. {hint}")
        elif value is not None and value is not UNKNOWN:
            try:
                seconds(value)
            except DurationError as error:
                yield Violation(property=TIMEOUTS, message=f"{verb}: {error}")
