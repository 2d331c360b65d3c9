"""The services of one host are made one after the other: each imports its SDK."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.host import _sdk
from pulumi_snapcopy.host.backend import Backend
from pulumi_snapcopy.host.dynamic import DynamicProvider

from tests.harness.services import EC2_COPY, LIGHTSAIL_COPY


@pytest.mark.parametrize("workers", [1, 3, 100])
def test_the_host_works_on_as_many_as_are_set(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host works on as many resources at once as `maxWorkers` says, also on fewer than the SDK's four."""
    server = grpc.server(ThreadPoolExecutor(4))
    monkeypatch.setattr(_sdk, "_server", lambda: server)
    _sdk.set_workers(workers)
    assert server._state.thread_pool._max_workers == workers


def test_two_threads_never_import_sdks_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's modules import each other in a circle: a second thread would see one that is half made."""
    monkeypatch.setattr("pulumi_snapcopy.host._sdk.set_workers", lambda workers: None)
    monkeypatch.setattr("pulumi_snapcopy.host._sdk.on_cancel", lambda cancel: None)
    both = threading.Barrier(2, timeout=0.3)
    met: list[bool] = []

    def service(settings: Any, clock: Any) -> Service:
        try:
            both.wait()
            met.append(True)
        except threading.BrokenBarrierError:
            met.append(False)
        raise ImportError("as far as this test goes")

    def provider(family: Any) -> DynamicProvider:
        made = DynamicProvider(
            Backend(
                factory=lambda: made,
                family=family,
                service=service,
                default_region=lambda settings: None,
                account=lambda settings, region: "",
            )
        )
        made.configure(ConfigureRequest(Config({}, "shop")))
        return made

    def load(made: DynamicProvider) -> None:
        with pytest.raises(ImportError):
            made._verbs.make_service()

    providers = [provider(row.family) for row in (LIGHTSAIL_COPY, EC2_COPY)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(load, providers))
    assert met == [False, False]
