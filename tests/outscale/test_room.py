"""The room itself: where its SDK is used, what its providers are in states, and its settings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_snapcopy
import pytest
from pulumi.dynamic import dynamic
from pulumi_snapcopy.core.errors import ConfigError, Refused
from pulumi_snapcopy.host.settings import Settings
from pulumi_snapcopy.outscale import provider
from pulumi_snapcopy.outscale.family import Snapshots

HOUSE = Path(pulumi_snapcopy.__file__).parent


def test_the_sdk_is_touched_in_one_file() -> None:
    """The next version of it changes one file."""
    touching = [
        path.relative_to(HOUSE).as_posix()
        for path in HOUSE.rglob("*.py")
        if re.search(r"^\s*(from|import) (osc_sdk_python|requests|urllib3)\b", path.read_text(), re.MULTILINE)
    ]
    assert touching == ["outscale/sdk.py"]


@pytest.mark.parametrize("factory", [provider.copied_snapshot, provider.snapshot])
def test_the_state_holds_a_short_reference_to_the_provider(factory: Callable[[], Any]) -> None:
    """It leads back to the factory, which never moves."""
    serialize: Any = dynamic.serialize_provider
    assert len(serialize(factory())) <= 200
    assert factory().__reduce__() == (factory, ())


@pytest.mark.parametrize("value", ["fast", "0", "-1", "inf"])
def test_a_pace_that_is_no_number_is_refused_by_name(value: str) -> None:
    """At preview: the host asks for the family before it checks anything. The message names the setting where it was set."""
    settings = Settings.read({"snapcopy:requestsPerSecond": value}.get)
    with pytest.raises(ConfigError, match=f"snapcopy:requestsPerSecond is '{value}'"):
        provider._family(Snapshots(), settings)


def test_all_resources_share_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies and snapshots, whatever their number, keep to one pace: the SDK's, or the setting's."""
    monkeypatch.delenv("SNAPCOPY_REQUESTS_PER_SECOND", raising=False)
    assert provider._connect(Settings()) is provider._connect(Settings())
    assert provider._connect(Settings()).rate == 5.0
    monkeypatch.setenv("SNAPCOPY_REQUESTS_PER_SECOND", "20")
    assert provider._connect(Settings.read({}.get)).rate == 20.0


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK is an extra."""
    for name in [
        each for each in sys.modules if each.startswith("osc_sdk_python") or each.endswith("outscale.sdk")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["pulumi_snapcopy.outscale"], "sdk", raising=False)
    monkeypatch.setitem(sys.modules, "osc_sdk_python", None)
    with pytest.raises(Refused, match=r"run `pip install 'pulumi-snapcopy\[outscale\]'`"):
        provider._sdk()
