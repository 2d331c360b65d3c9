"""Pulumi's dynamic provider over the verbs of `core.verbs`.

Page: https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)  # fmt: skip

from ..core import keys
from ..core.errors import ConfigError
from ..core.outcome import Made, VerbFailed
from ..core.run import Call
from ..core.waiting.clock import SystemClock
from . import _sdk
from .backend import Backend
from .progress import Row
from .settings import Settings
from .tally import Tally
from .translation import known, unknown_again

Properties = dict[str, Any]

_TALLY = Tally()
"""Counts the resources of all types in this process."""


class DynamicProvider(ResourceProvider):
    """The dynamic provider of one resource type.

    The state keeps a reference to ``backend.factory``: no code, no credentials.
    """

    serialize_as_secret_always = False
    clock: ClassVar[Callable[[], SystemClock]] = SystemClock
    """Makes the clock of a host."""

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend
        self._engine: _sdk.Engine | None = None
        self._trouble: ConfigError | None = None

    def __reduce__(self) -> tuple[Callable[[], ResourceProvider], tuple[()]]:
        return self._backend.factory, ()

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings and prepare the host, once: worker pool, progress, and an end when the engine ends."""
        clock, backend = type(self).clock(), self._backend
        try:
            settings = Settings.read(req.config.get, _sdk.config_keys(req.config), backend.settings)
            family = backend.family_by(settings)
        except ConfigError as error:
            settings, family, self._trouble = Settings(), backend.family, error
        self._engine = _sdk.Engine.of_this_host()
        if self._engine:
            self._engine.end_with_it()
        self._fit_host(settings.max_workers, clock)
        is_wanted = self._engine.is_there if self._engine else lambda: True
        self._verbs = backend.verbs(family, settings, clock, is_wanted=is_wanted)

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Return the settled inputs, or the failures of the rules."""
        if self._trouble:
            return CheckResult(news, [CheckFailure("", str(self._trouble))])
        urn = _sdk.current_urn()
        checked = self._verbs.check(urn, known(_olds), known(news))
        self._warn(urn, checked.warnings)
        failures = [CheckFailure(each.property, each.message) for each in checked.failures]
        return CheckResult(news if failures else unknown_again(checked.inputs), failures)

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """Return which changes ask for a replacement, and whether anything is done in place."""
        urn = _sdk.current_urn()
        try:
            found = self._verbs.diff(urn, _id, known(_olds), known(_news))
        except VerbFailed as failed:
            _sdk.fail(str(failed))
        self._warn(urn, found.warnings)
        if found.replaces:
            # With `changes` left open the engine works out the details, and names the properties; it compares inputs,
            # which don't show that what the state holds is of no use.
            return DiffResult(
                changes=True if found.partial else None,
                replaces=found.replaces,
                delete_before_replace=found.same_name,
            )
        if not found.update:
            return DiffResult(changes=False)
        return DiffResult(changes=True if found.partial else None)

    def create(self, props: Properties) -> CreateResult:
        """Create the object, and wait until it is complete."""
        made = self._serve(props, lambda call: self._verbs.create(call, known(props)), counted=True)
        return CreateResult(made.id, made.outputs)

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return the resource as the service has it; an incomplete object is an error that keeps it."""
        made = self._serve(props, lambda call: self._verbs.read(call, id_, known(props)))
        return ReadResult(None, {}) if made is None else ReadResult(made.id, made.outputs, made.inputs)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Complete a partial object, and set and remove tags."""
        made = self._serve(
            _news, lambda call: self._verbs.update(call, known(_olds), known(_news)), counted=True
        )
        return UpdateResult(made.outputs)

    def delete(self, _id: str, _props: Properties) -> None:
        """Delete the object, and wait until the service no longer shows it."""
        self._serve(_props, lambda call: self._verbs.delete(call, _id, known(_props)))

    def _warn(self, urn: str, warnings: Iterable[str]) -> None:
        for each in warnings:
            Row(self._engine, _TALLY, urn).warn(each)

    def _serve(self, props: Mapping[str, Any], work: Callable[[Call], Any], *, counted: bool = False) -> Any:
        """Run a verb; its error is reported in our format, without a traceback."""
        if self._trouble:
            _sdk.fail(str(self._trouble))
        urn = _sdk.current_urn()
        call = Call(urn, Row(self._engine, _TALLY, urn))
        try:
            if not counted:
                return work(call)
            with _TALLY.counting(keys.name(urn)):
                return work(call)
        except VerbFailed as failed:
            self._fail(failed, props)

    def _fail(self, failed: VerbFailed, props: Mapping[str, Any]) -> NoReturn:
        kept: Made | None = failed.kept
        if kept is None:
            _sdk.fail(str(failed))
        _sdk.fail(
            str(failed), _sdk.Partial(kept.id, {**kept.outputs, _sdk.PROVIDER_KEY: props[_sdk.PROVIDER_KEY]})
        )

    def _fit_host(self, workers: int, clock: SystemClock) -> None:
        try:
            _sdk.set_workers(workers)
            _sdk.on_cancel(clock.cancel)
        except _sdk.InternalsDiffer as difference:
            if self._engine:
                text = f"pulumi-snapcopy works on four copies at a time: {difference} in this Pulumi SDK."
                self._engine.log("", text, warning=True)
