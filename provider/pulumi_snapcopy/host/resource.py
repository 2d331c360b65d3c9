"""The base of the resource classes; it passes on as an input what the engine doesn't give a dynamic provider."""

from __future__ import annotations

import copy
import datetime
import inspect
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, ClassVar

import pulumi
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import PROVIDER_KEY, ResourceProvider

from ..core.durations import seconds
from ..core.fields import BOOKKEEPING, Field, Fields, Type
from ..core.rules.arguments import timeout_violations
from .identity import identity_of_the_stack
from .reference import reference

_DECLARATION: Any = type(pulumi.property("any"))
_VERBS = ("create", "update", "delete", "read")


class SnapcopyResource(Resource):
    """The base of the resource classes.

    Python's names are those of the table of fields, also in ``ignore_changes`` and the like. Keys within mappings, such
    as tags, are left alone.
    """

    _shown: ClassVar[frozenset[str]] = frozenset()
    """The properties that the class declares, by Python's names."""

    def __init_subclass__(cls, module: str = "", name: str = "Resource", **more: Any) -> None:
        """Turn each annotated property into a getter: Pulumi would evaluate the annotations again for each resource."""
        super().__init_subclass__(module, name, **more)
        given = {each: vars(cls).get(each) for each in inspect.get_annotations(cls)}
        declared = {each: value.name for each, value in given.items() if isinstance(value, _DECLARATION)}
        if declared:
            hints = inspect.get_annotations(cls, eval_str=True)
            for each, property_name in declared.items():
                setattr(cls, each, _getter(each, property_name, hints.pop(each)))
            cls.__annotations__ = hints
            cls._shown = cls._shown | declared.keys()

    def _internal_init(
        self,
        factory: Callable[[], ResourceProvider],
        fields: Fields,
        resource_name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Register the resource.

        The name isn't ``__init__``: Pulumi takes the caller of the third ``__init__`` for the user's line, and keeps that in
        the state.

        Args:
            factory: makes the provider; the state refers to it.
            fields: the resource's fields.
            resource_name: the name in the program.
            arguments: the user's arguments, by Python's names.
            opts: the user's resource options.
        """
        noun = f'{type(self).__name__} "{resource_name}"'
        opts = options(opts, noun)
        if opts.import_ is not None:
            raise pulumi.RunError(
                f"{noun}: dynamic resources can't be imported, so ResourceOptions(import_=…) doesn't work. "
                f"{_adoption(fields)}"
            )
        wait = timeouts(opts.custom_timeouts, noun)
        secrets = [each for each in fields.arguments if each.is_secret and arguments[each.snake] is not None]
        if wait or secrets:
            opts = copy.copy(opts)
        if wait:
            opts.custom_timeouts = _engine_timeouts(wait)
        # Pulumi makes an Output of each; one of an argument that isn't given is made only where the class shows it.
        given = {
            each.snake: _plain(arguments[each.snake], each, noun)
            for each in fields.arguments
            if arguments[each.snake] is not None or each.snake in self._shown
        }
        if secrets:
            given |= {each.snake: pulumi.Output.secret(given[each.snake]) for each in secrets}
            names = [each.name for each in secrets]
            opts.additional_secret_outputs = [*(opts.additional_secret_outputs or ()), *names]
        # The engine encrypts among the outputs what is secret at the same place among the inputs.
        asked = {each: given.get(fields.snake(each)) for each in fields.answered}
        shown = {each.snake: given.get(fields.snake(each.shows)) for each in fields.outputs if each.shows}
        bookkeeping = {
            "identity": identity_of_the_stack(),  # registers it: what is refused is refused before
            "asked": _outputs(asked) or None,
            "timeouts": wait,
            "retain": opts.retain_on_delete or None,
            "guarded": pulumi.Config("snapcopy").get("allowedAccountIds") is not None or None,
        }
        values: dict[str, Any] = {
            **dict.fromkeys(each.snake for each in fields.outputs),
            **_outputs(shown),
            **given,
            BOOKKEEPING: {key: value for key, value in bookkeeping.items() if value is not None},
            PROVIDER_KEY: reference(factory),
        }
        properties: Any = object.__new__(_properties_type(fields))
        properties.__dict__.update(values)
        # As dynamic.Resource does, which pickles the provider once for each resource.
        pulumi.CustomResource.__init__(
            self, f"pulumi-python:{self._resource_type_name}", resource_name, properties, opts
        )


def options(given: Any, noun: str) -> pulumi.ResourceOptions:
    """Return a resource's ``opts``; None is no options.

    Raises:
        RunError: if they aren't ResourceOptions.
    """
    if given is None:
        return pulumi.ResourceOptions()
    if not isinstance(given, pulumi.ResourceOptions):
        raise pulumi.RunError(f"{noun}: opts must be pulumi.ResourceOptions(…); it is {given!r}.")
    return given


def _outputs(values: Mapping[str, Any]) -> dict[str, pulumi.Output[Any]]:
    """Return the values that aren't known before the program runs, and so may be secret."""
    return {name: value for name, value in values.items() if isinstance(value, pulumi.Output)}


def timeouts(given: Any, noun: str) -> dict[str, Any] | None:
    """Return ``custom_timeouts``, given as an object or a mapping, by verb.

    Raises:
        RunError: if they are neither, or if a value isn't a duration.
    """
    if given is None:
        return None
    if isinstance(given, Mapping):
        found = dict(given)
    elif isinstance(given, pulumi.CustomTimeouts):
        found = {verb: getattr(given, verb, None) for verb in _VERBS}
    else:
        raise pulumi.RunError(
            f"{noun}: custom_timeouts must be CustomTimeouts or a mapping of verbs to durations; it is {given!r}. "
            'Write custom_timeouts={"create": "90m"}.'
        )
    wait = {
        verb: value.total_seconds() if isinstance(value, datetime.timedelta) else value
        for verb, value in found.items()
        if value is not None
    }
    for violation in timeout_violations(wait):
        raise pulumi.RunError(f"{noun}, custom_timeouts: {violation.message}")
    return wait or None


def _engine_timeouts(wait: Mapping[str, Any]) -> pulumi.CustomTimeouts:
    """Return timeouts in the engine's form: Go's durations, which have neither spaces nor days."""
    return pulumi.CustomTimeouts(**{verb: f"{seconds(value):.3f}s" for verb, value in wait.items()})


def _plain(value: Any, field: Field, noun: str) -> Any:
    """Return a value in a form that the engine accepts: dates as ISO text, mappings and lists of such values.

    Raises:
        RunError: if the value, or one within it, can't be kept in the state.
    """
    if isinstance(value, pulumi.Output):
        return value.apply(lambda inner: _plain(inner, field, noun))
    if isinstance(value, datetime.datetime) and field.type is Type.DATE:
        day = value.astimezone(datetime.timezone.utc).date() if value.tzinfo else value.date()
        raise pulumi.RunError(f"{noun}, {field.snake} is a date, and {value!r} is a time. Write {day!r}.")
    if isinstance(value, datetime.datetime) or _unkept(value):
        shown = f"of type {type(value).__name__}" if field.is_secret else repr(value)
        raise pulumi.RunError(f"{noun}: {field.snake} must be {field.type.value}; it is {shown}.")
    return _within(value, f"{noun}, {field.snake}")


def _within(value: Any, name: str) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, pulumi.Output):
        return value.apply(lambda inner: _within(inner, name))
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise pulumi.RunError(f"{name}: the key {key!r} is no string. Write {str(key)!r}.")
        return {key: _within(each, name) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_within(each, name) for each in value]
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        raise pulumi.RunError(
            f"{name}: an asset can't be kept in the state of a dynamic resource. Write a hash of its content, such as "
            'hashlib.sha256(pathlib.Path("script.sh").read_bytes()).hexdigest().'
        )
    if _unkept(value):
        raise pulumi.RunError(
            f"{name}: {_described(value)} can't be kept in the state. Write strings, numbers, True, False, lists or mappings."
        )
    return value


def _described(value: Any) -> str:
    """Return how a message names a value within another one, which may be a secret."""
    return repr(value) if isinstance(value, float) else f"a value of type {type(value).__name__}"


def _unkept(value: Any) -> bool:
    """Return whether the SDK would refuse a value, or the state wouldn't give it back unchanged."""
    if isinstance(value, float):
        return not math.isfinite(value)  # no NaN equals another, so each run would make a new one
    kept = (str, int, Mapping, list, tuple, datetime.date, Awaitable, pulumi.Output, pulumi.Resource)
    return value is not None and not isinstance(value, (*kept, pulumi.Asset, pulumi.Archive))


def _adoption(fields: Fields) -> str:
    names = [each.snake for each in fields.arguments if each.name in ("adopt", "adoptSnapshotId")]
    if not names:
        return "Leave import_ out; an existing one can't be taken over."
    what = "adopt=True and its name" if "adopt" in names else "adopt_snapshot_id"
    return f"To take over an existing snapshot, leave import_ out and write {what}."


def _getter(name: str, property_name: str, hint: Any = None) -> property:
    def value(self: Any) -> Any:
        return pulumi.get(self, name)

    value.__annotations__ = {} if hint is None else {"return": hint}
    return property(pulumi.getter(name=property_name)(value))


@cache
def _properties_type(fields: Fields) -> type:
    """Return an input type whose metadata give Pulumi both spellings of each field.

    They give no types: the SDK fails at a list where it expects another one; `check` says what is wrong.
    """
    names = {each.snake: each.name for each in fields} | {
        BOOKKEEPING: BOOKKEEPING,
        PROVIDER_KEY: PROVIDER_KEY,
    }
    getters = {each: _getter(each, property_name) for each, property_name in names.items()}
    return pulumi.input_type(type("Properties", (), getters))
