"""Pulumi's dynamic provider over the verbs of `core.verbs`.

Page: https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
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
from ..core.account import AccountGuard
from ..core.errors import ConfigError
from ..core.family import Family
from ..core.ledger import Ledger
from ..core.outcome import Made, VerbFailed
from ..core.service import Service
from ..core.verbs import Call, Verbs
from ..core.waiting.clock import Clock, SystemClock
from . import _sdk
from .identity import is_first_run
from .progress import Row
from .settings import Settings
from .tally import Tally
from .translation import known, unknown_again

Properties = dict[str, Any]

_IMPORTS = threading.RLock()
"""Held while a service is made, which imports its SDK: modules that import each other in a circle, as botocore's do, must
not be imported by two threads at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a service's package provides to the verbs.

    Args:
        factory: the function that the state refers to as the provider; it must never move.
        family: the resource type.
        service: makes the service from the settings and the clock.
        default_region: the region that the service's own tooling would use.
        account: returns the account that the credentials belong to, asked in a region.
        by_settings: makes the family, if the settings decide which it is; default: ``family``.
        ledger: returns a ledger that several types share, whose resources may have the same objects.
        settings: the settings that only this service has.
    """

    factory: Callable[[], DynamicProvider]
    family: Family
    service: Callable[[Settings, Clock], Service]
    default_region: Callable[[Settings], str | None]
    account: Callable[[Settings, str], str]
    by_settings: Callable[[Settings], Family] | None = None
    ledger: Callable[[], Ledger] | None = None
    settings: tuple[str, ...] = ()


@cache
def _ledger_of(factory: Callable[[], DynamicProvider]) -> Ledger:
    """Return the one ledger of a resource type in this process.

    The host makes a provider for each way in which a state has serialized it, and versions of Python differ in that: an
    object may be created by one provider and deleted by another.
    """
    return Ledger()


_TALLY = Tally()
"""Counts the resources of all types in this process."""

_VERBS: list[Verbs] = []
"""The verbs of all resource types in this process; their resources may depend on each other."""


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

    def __reduce__(self) -> tuple[Callable[[], DynamicProvider], tuple[()]]:
        return self._backend.factory, ()

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings and prepare the host, once: worker pool, progress, and an end when the engine ends."""
        clock, backend = type(self).clock(), self._backend
        try:
            settings = Settings.read(req.config.get, _sdk.config_keys(req.config), backend.settings)
            with _IMPORTS:
                family = backend.by_settings(settings) if backend.by_settings else backend.family
        except ConfigError as error:
            settings, family, self._trouble = Settings(), backend.family, error
        self._engine = _sdk.Engine.of_this_host()
        if self._engine:
            self._engine.end_with_it()
        self._fit_host(settings.max_workers, clock)

        def service() -> Service:
            with _IMPORTS:
                return backend.service(settings, clock)

        def default_region() -> str | None:
            with _IMPORTS:
                return backend.default_region(settings)

        def account(region: str) -> str:
            service()  # imports the SDK, which no two threads may do at once
            return backend.account(settings, region)

        guard = None
        if allowed := settings.allowed_account_ids:
            guard = AccountGuard(allowed=allowed, ask=account, clock=clock)
        self._verbs = Verbs(
            family=family,
            make_service=service,
            clock=clock,
            default_region=default_region,
            longest_pause=settings.poll_seconds,
            is_wanted=self._engine.is_there if self._engine else lambda: True,
            guard=guard,
            is_first_run=is_first_run,
            ledger=backend.ledger() if backend.ledger else _ledger_of(backend.factory),
            peers=_VERBS,
        )

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
