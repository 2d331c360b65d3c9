"""The provider's settings."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.core.errors import ConfigError
from pulumi_snapcopy.core.pauses import LONGEST_PAUSE
from pulumi_snapcopy.host.settings import DEFAULT_WORKERS, Settings


def read(config: dict[str, object] | None = None) -> Settings:
    """Read settings from a stack's config."""
    return Settings.read(lambda key: (config or {}).get(key))


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment sets nothing."""
    monkeypatch.delenv("SNAPCOPY_POLL_SECONDS", raising=False)
    monkeypatch.delenv("SNAPCOPY_MAX_WORKERS", raising=False)


def test_without_settings_the_defaults_hold() -> None:
    """Half a minute at most, and many workers."""
    found = read()
    assert (found.poll_seconds, found.max_workers) == (LONGEST_PAUSE, DEFAULT_WORKERS)


def test_stack_config_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting is looked up by itself; config is text or a number."""
    monkeypatch.setenv("SNAPCOPY_POLL_SECONDS", "3")
    monkeypatch.setenv("SNAPCOPY_MAX_WORKERS", "7")
    assert read() == Settings(poll_seconds=3.0, max_workers=7)
    assert read({"snapcopy:pollSeconds": "0.5"}) == Settings(poll_seconds=0.5, max_workers=7)
    assert read({"snapcopy:maxWorkers": 9}) == Settings(poll_seconds=3.0, max_workers=9)


@pytest.mark.parametrize("value", ["", "soon", "0", "-1", "nan", "inf", "1e999", True])
@pytest.mark.parametrize("key", ["pollSeconds", "maxWorkers"])
def test_a_value_that_cannot_be_used_is_named(key: str, value: object) -> None:
    """The message names the setting as it was written, its value, and the least that may be written."""
    with pytest.raises(ConfigError, match=rf"^snapcopy:{key} is .*; write a number of at least \d"):
        read({f"snapcopy:{key}": value})


def test_a_variable_that_cannot_be_used_is_named_as_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who set it in the environment is told so."""
    monkeypatch.setenv("SNAPCOPY_MAX_WORKERS", "many")
    with pytest.raises(ConfigError, match="SNAPCOPY_MAX_WORKERS is 'many'"):
        read()
