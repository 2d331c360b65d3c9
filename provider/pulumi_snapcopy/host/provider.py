"""Pulumi's verbs: check, diff, create, read, update, delete; each a few lines around the core's.

Page: https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
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
from ..core.errors import ConfigError, CopyError
from ..core.inputs import differences, request
from ..core.lifecycle import Lifecycle
from ..core.model import OWNER_TAG, RETAIN_TAG, Copy, CopyRequest, Phase, Service, Snapshot
from ..core.rules.rulebook import Rulebook
from ..core.watching.clock import SystemClock
from . import _sdk
from .checking import Checking, Unfit
from .settings import Settings
from .standing import Former, Standing
from .tally import Tally
from .telling import RowTeller
from .translation import INPUTS, copy_id, known, outputs, settled_id, unknown_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a service brings to the verbs.

    Args:
        factory: where the engine's state says that the provider comes from; it must never move.
        service: makes the service; told how many calls may be under way at once.
        rulebook: the rules that requests have to keep.
        default_region: the region that the service's own tooling would use.
        account: asks, in a region, for the account that the credentials belong to.
    """

    factory: Callable[[], CopyProvider]
    service: Callable[[int], Service]
    rulebook: Rulebook
    default_region: Callable[[], str | None]
    account: Callable[[str], str]


def _urn() -> str:
    """The resource that the engine's call is about; where the SDK doesn't show it, none is declared."""
    call = _sdk.current_call()
    return call.urn if call else ""


def _what_is_missing(wanted: CopyRequest, snapshot: Snapshot) -> str:
    """What the next `up` has to do before a copy in the state is whole, if there is something."""
    if snapshot.phase is not Phase.DONE:
        next_ = "start anew" if snapshot.phase is Phase.FAILED else "go on"
        return f"is {snapshot.state} in {snapshot.region}; run `pulumi up` to {next_}."
    ours = [OWNER_TAG, RETAIN_TAG] if wanted.retain else [OWNER_TAG]
    lacking = " and ".join(tag for tag in ours if tag not in snapshot.tags)
    return f"lacks its tag {lacking} in {snapshot.region}; run `pulumi up` to set it." if lacking else ""


def _is_its_like(id_: str, former: Former) -> bool:
    """Whether what Pulumi deletes to replace it, for a reason of its own, is what would be made again."""
    successor = former.successor
    return successor is not None and not former.is_another_request and settled_id(successor) == id_


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
        wanted = self._engine.is_there if self._engine else lambda: True
        guard = None
        if allowed := settings.allowed_account_ids:
            guard = AccountGuard(allowed=allowed, ask=self._backend.account, clock=clock)
        self._begin(
            Lifecycle(
                service=self._backend.service(settings.max_workers),
                clock=clock,
                longest_pause=settings.poll_seconds,
                wanted=wanted,
                guard=guard,
                is_in_the_state=self._standing.is_in_the_state,
            )
        )

    def _begin(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._checking = Checking(
            rulebook=self._backend.rulebook,
            default_region=self._backend.default_region,
            lifecycle=lifecycle,
            standing=self._standing,
        )

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Judge the inputs by the rules, then settle what the user left open."""
        if self._trouble:
            return CheckResult(news, [CheckFailure("", str(self._trouble))])
        try:
            settled = self._checking.check(_urn(), known(_olds), known(news))
        except Unfit as unfit:
            return CheckResult(news, unfit.failures)
        return CheckResult(unknown_again(settled), [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say what asks for a new copy, and what is done in place."""
        olds, news = known(_olds), known(_news)
        found = differences(olds, news)
        former = self._standing.remember(_urn(), _id, olds)
        former.is_another_request = bool(found.replaces)
        if found.replaces:
            self._standing.release(_urn())
            # With `changes` left open the engine works out the details, and names the properties.
            return DiffResult(changes=None, replaces=found.replaces, delete_before_replace=found.same_name)
        self._standing.hold(_urn(), _id)
        return DiffResult(changes=found.update and (True if found.unfinished else None))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Bring the copy about and wait for it."""
        inputs = known(props)
        former = self._standing.former(_urn())
        former.successor = None  # it is being created
        another = former.is_another_request
        replaced = former.arn if another else None
        wanted = replace(request(inputs, supersedes=former.arns), replaces=replaced)
        before = {} if another else former.tags
        try:
            self._ready()
            with self._tally.copying(wanted.resource):
                copy = self._lifecycle.ensure(
                    wanted, RowTeller(self._engine, self._tally), dropped_tags=set(before) - set(wanted.tags)
                )
        except CopyError as error:
            if error.kept:
                self._standing.hold(_urn(), copy_id(error.kept.snapshot))
            self._fail(error, props, tags=before, supersedes=wanted.supersedes - former.deleted)
        id_ = copy_id(copy.snapshot)
        self._standing.hold(_urn(), id_)
        return CreateResult(id_, outputs(inputs, replace(copy, supersedes=copy.supersedes - former.deleted)))

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
        if missing := _what_is_missing(wanted, snapshot) if in_state else "":
            kept = {**outputs(inputs, copy, inputs), _sdk.PROVIDER_KEY: props[_sdk.PROVIDER_KEY]}
            _sdk.fail(f'the copy "{name}" {missing}', _sdk.HalfMade(id_, kept))
        tags = {key: snapshot.tags[key] for key in wanted.tags if key in snapshot.tags}
        outs = outputs({**inputs, "tags": tags} if wanted.tags else inputs, copy, inputs)
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
                copy = self._lifecycle.ensure(
                    wanted, RowTeller(self._engine, self._tally), dropped_tags=dropped
                )
        except CopyError as error:
            self._fail(error, _news, olds, tags=olds.get("tags"), supersedes=wanted.supersedes)
        return UpdateResult(outputs(inputs, copy, olds))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the copy, and wait until the service no longer shows it."""
        props = known(_props)
        teller = RowTeller(self._engine, self._tally)
        former = self._standing.former_of(_id, _urn())
        if self._standing.is_held(_id) or _is_its_like(_id, former):
            region, _, name = _id.partition("/")
            teller.warning(
                f'"{name}" in {region} is what a declaration of this run asks for; it was left in place.'
            )
            return
        try:
            self._ready()
            self._lifecycle.delete(
                request(props, timeout=("delete",), olds=props),
                teller,
                successor=request(former.successor) if former.successor else None,
            )
        except CopyError as error:
            self._fail(error, _props)
        former.deleted.update(filter(None, [props.get("arn")]))

    def _ready(self) -> None:
        if self._trouble:
            _sdk.fail(str(self._trouble))

    def _fail(
        self,
        error: CopyError,
        props: Mapping[str, Any],
        olds: Mapping[str, Any] | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        supersedes: Iterable[str] = (),
    ) -> NoReturn:
        """Raise what the user reads; a copy that is kept stays in the state with the tags that it may have."""
        kept = error.kept
        if kept is None:
            _sdk.fail(str(error))
        inputs = known(props)
        # Which of them were set and taken away isn't known; the next run sees to them, also after a refresh.
        inputs["unsettledTags"] = True
        if tags:
            inputs["tags"] = {**tags, **inputs.get("tags", {})}
        outs = outputs(inputs, kept, olds) | {_sdk.PROVIDER_KEY: props[_sdk.PROVIDER_KEY]}
        if olds is not None and (former := olds.get("formerOwner") or olds.get("owner")) != inputs["owner"]:
            outs["formerOwner"] = former  # it may still be tagged so
        if others := {*supersedes} - {kept.snapshot.arn}:
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
