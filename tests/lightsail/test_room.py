"""The room's providers: what their resources share in one process."""

from __future__ import annotations

import boto3
import pytest
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.host.settings import Settings
from pulumi_snapcopy.lightsail import provider


def test_all_types_of_resources_resolve_credentials_once(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One session for a login, and one pool of connections a region; another profile has its own."""
    sessions: list[Login] = []
    make = Login.session

    def session(login: Login) -> boto3.session.Session:
        sessions.append(login)
        return make(login)

    monkeypatch.setattr(Login, "session", session)
    factories = (
        provider.copied_snapshot, provider.instance_snapshot, provider.disk_snapshot,
        provider.restored_instance, provider.restored_disk,
    )  # fmt: skip
    provider._clients.cache_clear()
    for factory in factories:
        service = factory()._backend.service(Settings(), SystemClock())
        for kind in service.kinds:
            service.all("us-east-1", kind)
    assert len(sessions) == 1
    assert provider._clients(Login(), 1) is not provider._clients(Login(profile="other"), 1)
    provider._clients.cache_clear()  # the emulator ends with the test
