"""The room itself: where its SDK is used, what its providers are in states, and its settings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_snapcopy
import pytest
from pulumi_snapcopy.core.errors import ConfigError, Refused
from pulumi_snapcopy.host.reference import reference
from pulumi_snapcopy.host.settings import Settings
from pulumi_snapcopy.outscale import provider
from pulumi_snapcopy.outscale.family import Snapshots

HOUSE = Path(pulumi_snapcopy.__file__).parent


def test_the_sdk_is_touched_in_one_file() -> None:
    """One file alone imports osc-sdk-python."""
    touching = [
        path.relative_to(HOUSE).as_posix()
        for path in HOUSE.rglob("*.py")
        if re.search(r"^\s*(from|import) (osc_sdk_python|requests|urllib3)\b", path.read_text(), re.MULTILINE)
    ]
    assert touching == ["outscale/sdk.py"]


@pytest.mark.parametrize("factory", [provider.copied_snapshot, provider.snapshot])
def test_the_state_holds_a_short_reference_to_the_provider(factory: Callable[[], Any]) -> None:
    """The state has a short reference to the provider's factory, which never moves."""
    assert len(reference(factory)) <= 200
    assert factory().__reduce__() == (factory, ())


@pytest.mark.parametrize("value", ["fast", "0", "-1", "inf"])
def test_a_pace_that_is_no_number_is_refused_by_name(value: str) -> None:
    """A `requestsPerSecond` that is no number is refused at preview, with the setting's name."""
    settings = Settings.read({"snapcopy:requestsPerSecond": value}.get)
    with pytest.raises(ConfigError, match=f"snapcopy:requestsPerSecond is '{value}'"):
        provider._family(Snapshots(), settings)


def test_all_resources_share_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """All copies and snapshots keep to one pace: the SDK's, or the setting's."""
    monkeypatch.delenv("SNAPCOPY_REQUESTS_PER_SECOND", raising=False)
    assert provider._connect(Settings()) is provider._connect(Settings())
    assert provider._connect(Settings()).rate == 5.0
    monkeypatch.setenv("SNAPCOPY_REQUESTS_PER_SECOND", "20")
    assert provider._connect(Settings.read(lambda key: None)).rate == 20.0


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without osc-sdk-python the message says which extra to install."""
    for name in [
        each for each in sys.modules if each.startswith("osc_sdk_python") or each.endswith("outscale.sdk")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["pulumi_snapcopy.outscale"], "sdk", raising=False)
    monkeypatch.setitem(sys.modules, "osc_sdk_python", None)
    with pytest.raises(Refused, match=r"run `pip install 'pulumi-snapcopy\[outscale\]'`"):
        provider._sdk()
