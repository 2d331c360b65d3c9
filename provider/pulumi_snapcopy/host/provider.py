"""Pulumi's verbs: check, diff, create, read, update, delete; each a few lines around the core's.

Page: https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, NoReturn

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from ..core.copying.account import AccountGuard
from ..core.copying.explain import OTHER_ACCOUNT
from ..core.copying.sources import latest_date
from ..core.errors import ConfigError, CopyError, ServiceError, WrongAccount
from ..core.inputs import differences, request, settle
from ..core.judging.judgement import UNKNOWN, Context
from ..core.judging.spelling import pythonic
from ..core.lifecycle import Lifecycle
from ..core.model import RETAIN_TAG, Copy, Phase, Service
from ..core.rules import violations
from ..core.watching.clock import SystemClock
from . import _sdk
from .settings import Settings
from .standing import Standing
from .tally import Tally
from .telling import RowTeller
from .translation import INPUTS, copy_id, known, outputs, unknown_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a service brings to the verbs.

    Args:
        factory: where the engine's state says that the provider comes from; it must never move.
        service: makes the service; told how many calls may be under way at once.
        regions: the service's regions.
        default_region: the region that the service's own tooling would use.
        account: asks, in a region, for the account that the credentials belong to.
    """

    factory: Callable[[], CopyProvider]
    service: Callable[[int], Service]
    regions: Callable[[], frozenset[str]]
    default_region: Callable[[], str | None]
    account: Callable[[str], str]


def _urn() -> str:
    """The resource that the engine's call is about; where the SDK doesn't show it, none is declared."""
    call = _sdk.current_call()
    return call.urn if call else ""


class CopyProvider(ResourceProvider):
    """The dynamic provider of copies.

    What the state keeps of it is a reference to ``backend.factory``: no code, no credentials.
    """

    serialize_as_secret_always = False

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend
        self._engine: _sdk.Engine | None = None
        self._trouble: ConfigError | None = None
        self._guard: AccountGuard | None = None
        self._held: dict[str, set[str]] = {}
        self._standing = Standing()
        self._tally = Tally()

    def __reduce__(self) -> tuple[Callable[[], CopyProvider], tuple[()]]:
        return self._backend.factory, ()

    def configure(self, req: ConfigureRequest) -> None:
        """Get ready, once a host: settings, worker pool, progress, and an end when the engine ends."""
        clock = SystemClock()
        try:
            settings = Settings.read(req.config.get)
        except ConfigError as error:
            settings, self._trouble = Settings(), error
        self._engine = _sdk.Engine.of_this_host()
        if self._engine:
            self._engine.end_with_it()
        self._fit_host(settings.max_workers, clock)
        service = self._backend.service(settings.max_workers)
        self._service = service
        wanted = self._engine.is_there if self._engine else lambda: True
        if allowed := settings.allowed_account_ids:
            self._guard = AccountGuard(allowed=allowed, ask=self._backend.account, clock=clock)
        self._lifecycle = Lifecycle(
            service=service,
            clock=clock,
            longest_pause=settings.poll_seconds,
            wanted=wanted,
            guard=self._guard,
        )

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Judge the inputs by the rules, then settle what the user left open."""
        if self._trouble:
            return CheckResult(news, [CheckFailure("", str(self._trouble))])
        olds, inputs = known(_olds), known(news)
        if "targetRegion" not in inputs:
            try:
                region = olds.get("targetRegion") or self._backend.default_region()
                why = "no AWS_REGION is set"
            except ServiceError as error:
                region, why = None, str(error)
            if region is None:
                missing = f"is missing, and {why}. Write target_region, such as eu-west-1."
                return CheckResult(news, [CheckFailure("targetRegion", missing)])
            inputs["targetRegion"] = region
        context = Context(regions=self._backend.regions(), now=datetime.now(timezone.utc))
        failures = [
            CheckFailure(each.property, pythonic(each.message)) for each in violations(inputs, context)
        ]
        if failures:
            return CheckResult(news, failures)
        self._standing.declare(_urn())
        # The engine checks a resource that it will replace a second time, as if it were new.
        if olds.get("targetSnapshotName") and inputs.get("owner") is not UNKNOWN:
            self._held[inputs["owner"]] = {olds["targetSnapshotName"]}
        try:
            settled = settle(olds, inputs, latest=self._latest)
            if settled != olds:
                self._may_ask(inputs["targetRegion"])
        except WrongAccount as error:
            return CheckResult(news, [CheckFailure("", f"{error}; {OTHER_ACCOUNT}.")])
        return CheckResult(unknown_again(settled), [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say what asks for a new copy, and what is done in place."""
        olds, news = known(_olds), known(_news)
        found = differences(olds, news)
        self._standing.has(_urn(), _id, still=not found.replaces)
        if found.replaces:
            # What a half-made copy was to replace is still there, and the engine's to delete.
            self._held.setdefault(news.get("owner", ""), set()).update(olds.get("supersedes") or ())
            # With `changes` left open the engine works out the details, and names the properties.
            return DiffResult(changes=None, replaces=found.replaces, delete_before_replace=found.same_name)
        return DiffResult(changes=found.update and (True if found.unfinished else None))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Bring the copy about and wait for it."""
        inputs = known(props)
        wanted = request(inputs, supersedes=self._held.get(inputs["owner"], ()))
        try:
            self._ready()
            with self._tally.copying(wanted.resource):
                copy = self._lifecycle.create(wanted, RowTeller(self._engine, self._tally))
        except CopyError as error:
            if error.kept:
                self._standing.has(_urn(), copy_id(error.kept.snapshot))
            self._fail(error, props, supersedes=wanted.supersedes)
        id_ = copy_id(copy.snapshot)
        self._standing.has(_urn(), id_)
        return CreateResult(id_, outputs(inputs, copy))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read what the service holds; a half-made copy is reported as one."""
        inputs = known(props)
        region, _, name = id_.partition("/")
        in_state = inputs if "state" in inputs else None
        wanted = replace(request(inputs, olds=in_state), target_region=region, target_snapshot_name=name)
        try:
            self._ready()
            snapshot = self._lifecycle.read(wanted, RowTeller(self._engine, self._tally))
        except CopyError as error:
            self._fail(error, props)
        if snapshot is None:
            return ReadResult(None, {})
        copy = Copy(snapshot=snapshot, restore_date=wanted.restore_date)
        tags = {key: snapshot.tags[key] for key in wanted.tags if key in snapshot.tags}
        outs = outputs({**inputs, "tags": tags} if wanted.tags else inputs, copy, inputs)
        if snapshot.phase is not Phase.DONE:
            kept = _sdk.HalfMade(id_, {**outs, _sdk.PROVIDER_KEY: props[_sdk.PROVIDER_KEY]})
            _sdk.fail(f'the copy "{name}" is {snapshot.state} in {region}; run `pulumi up` to go on.', kept)
        outs.pop("supersedes", None)
        if wanted.retain and RETAIN_TAG not in snapshot.tags:
            outs.pop("retainOnDelete")  # the next update marks it
            return ReadResult(id_, outs, {key: outs[key] for key in INPUTS if key in outs and key in inputs})
        drifted = {key: outs[key] for key in INPUTS if key in inputs} if tags != wanted.tags else None
        return ReadResult(id_, outs, drifted)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Go on with a half-made copy; set tags."""
        olds, inputs = known(_olds), known(_news)
        wanted = request(inputs, timeout=("update", "create"), olds=olds)
        wanted = replace(
            wanted,
            restore_date=wanted.restore_date or olds.get("restoredDate"),
            target_snapshot_name=wanted.target_snapshot_name or olds.get("targetSnapshotName"),
        )
        dropped = set(olds.get("tags") or {}) - set(wanted.tags)
        if olds.get("retainOnDelete") and not wanted.retain:
            dropped.add(RETAIN_TAG)
        try:
            self._ready()
            with self._tally.copying(wanted.resource):
                copy = self._lifecycle.update(
                    wanted, RowTeller(self._engine, self._tally), dropped_tags=dropped
                )
        except CopyError as error:
            self._fail(error, _news, olds, supersedes=wanted.supersedes)
        return UpdateResult(outputs(inputs, copy, olds))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the copy, and wait until the service no longer shows it."""
        props = known(_props)
        teller = RowTeller(self._engine, self._tally)
        if self._standing.is_wanted(_id):
            region, _, name = _id.partition("/")
            teller.warning(
                f'"{name}" in {region} is what a declaration of this run asks for; it was left in place.'
            )
            return
        try:
            self._ready()
            wanted = request(props, timeout=("delete",), olds=props)
            self._lifecycle.delete(wanted, teller)
        except CopyError as error:
            self._fail(error, _props)

    def _latest(self, region: str, resource: str) -> str | None:
        """The date of "latest", if it can be known now; create asks again, and says why not."""
        if not self._may_ask(region):
            return None
        try:
            return latest_date(self._service, region, resource)
        except ServiceError:
            return None

    def _may_ask(self, region: Any) -> bool:
        """Whether the account guard lets a preview ask the service."""
        return self._guard is None or (region is not UNKNOWN and self._guard.foresee(region))

    def _ready(self) -> None:
        if self._trouble:
            _sdk.fail(str(self._trouble))

    def _fail(
        self,
        error: CopyError,
        props: Mapping[str, Any],
        olds: Mapping[str, Any] | None = None,
        *,
        supersedes: Iterable[str] = (),
    ) -> NoReturn:
        kept = error.kept
        if kept is None:
            _sdk.fail(str(error))
        inputs = known(props)
        if olds is not None and olds.get("tags"):
            # Which of them were set and taken away isn't known; the next run takes away what isn't asked for.
            inputs["tags"] = {**olds["tags"], **inputs.get("tags", {})}
        outs = outputs(inputs, kept, olds) | {_sdk.PROVIDER_KEY: props[_sdk.PROVIDER_KEY]}
        if olds is not None and (former := olds.get("formerOwner") or olds.get("owner")) != inputs["owner"]:
            outs["formerOwner"] = former  # it may still be tagged so
        if others := set(supersedes) - {kept.snapshot.name}:
            outs["supersedes"] = sorted(others)
        _sdk.fail(str(error), _sdk.HalfMade(copy_id(kept.snapshot), outs))

    def _fit_host(self, workers: int, clock: SystemClock) -> None:
        try:
            _sdk.raise_workers(workers)
            _sdk.on_cancel(clock.cancel)
        except _sdk.InternalsDiffer as difference:
            if self._engine:
                self._engine.log(
                    "",
                    f"pulumi-snapcopy runs with four copies at a time: {difference} in this Pulumi SDK.",
                    warning=True,
                )
