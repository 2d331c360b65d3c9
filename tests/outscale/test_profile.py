"""Where the login and the region come from: the SDK's profile, else the environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.core.errors import LoginFailed
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.outscale import sdk
from pulumi_snapcopy.outscale.sdk import Connection

from .life import REGION, SECRET

CLOCK = SystemClock()
KEYS = {"access_key": f"{SECRET}-key", "secret_key": f"{SECRET}-secret"}
Write = Callable[[Any], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the file of profiles that the SDK reads, beside complete keys in the environment."""
    for name in ("OSC_PROFILE", "OSC_LOGIN", "OSC_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OSC_ACCESS_KEY", "from-the-environment")
    monkeypatch.setenv("OSC_SECRET_KEY", "from-the-environment")
    monkeypatch.setenv("OSC_REGION", "us-east-2")

    def written(config: Any) -> Path:
        path = tmp_path / "config.json"
        path.write_text(config if isinstance(config, str) else json.dumps(config))
        monkeypatch.setenv("OSC_CONFIG_FILE", str(path))
        return path

    return written


def test_the_profile_beats_the_environment_as_it_does_in_the_sdk(write: Write) -> None:
    """A profile's region, keys and endpoint win over the environment, as in the SDK."""
    write({"default": {**KEYS, "region": "us-west-1", "endpoints": {"api": "https://example.com/api/v1"}}})
    found = sdk.profile()
    assert (found.region, found.access_key) == ("us-west-1", KEYS["access_key"])
    assert found.get_endpoint("api") == "https://example.com/api/v1" and sdk.region() == "us-west-1"


def test_an_empty_profile_is_not_where_the_login_is_from(write: Write) -> None:
    """With an empty profile, such as the emulator's, the login is said to come from the environment."""
    write({"default": {}})
    assert sdk.region() == "us-east-2"
    assert sdk.described_login().startswith("the environment (OSC_ACCESS_KEY")


def test_without_a_profile_file_the_environment_counts(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the default profile file the environment's login is used."""
    monkeypatch.delenv("OSC_CONFIG_FILE", raising=False)
    assert sdk.region() == "us-east-2"


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ("{", "it is not JSON, line 1"),
        ([], "it is not an object of profiles"),
        ({"default": [SECRET]}, 'the profile "default" is not an object'),
        ({"default": {**KEYS, "acces_key": SECRET}}, 'unknown key "acces_key"'),
        ({"default": {**KEYS, "access_key": [SECRET]}}, '"access_key" that is not a string'),
        ({"default": {**KEYS, "endpoints": SECRET}}, "endpoints that are not an object"),
        ({"default": {**KEYS, "endpoints": {"apis": SECRET}}}, 'unknown endpoint "apis"'),
        ({"default": {**KEYS, "endpoints": {"api": 5}}}, 'an endpoint "api" that is not a string'),
        (
            {"other": KEYS},
            'it has no profile "default"; it has "other". Add it, or set OSC_PROFILE to another',
        ),
    ],
)
def test_a_profile_file_that_cannot_be_used_is_an_error_that_names_it(
    config: Any, why: str, write: Write
) -> None:
    """A profile file of a wrong shape is an error that names it and quotes no value; keys in the environment don't help."""
    path = write(config)
    with pytest.raises(LoginFailed) as caught:
        sdk.region()
    assert str(path) in str(caught.value) and why in str(caught.value) and SECRET not in str(caught.value)


def test_a_profile_file_that_cannot_be_read_is_an_error(
    write: Write, tmp_path: Path, monkeypatch: Any
) -> None:
    """A profile file that is a folder, or is named and missing, is an error."""
    monkeypatch.setenv("OSC_CONFIG_FILE", str(tmp_path))
    with pytest.raises(LoginFailed, match="Is a directory"):
        sdk.region()
    monkeypatch.setenv("OSC_CONFIG_FILE", str(tmp_path / "none.json"))
    with pytest.raises(LoginFailed, match=r"there is no such file. Write it, or unset OSC_"):
        sdk.region()


def test_missing_credentials_name_the_variable(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing credentials are an error that names the variable, instead of the SDK's TypeError."""
    write({"default": {"region": REGION}})
    monkeypatch.delenv("OSC_ACCESS_KEY")
    with pytest.raises(LoginFailed, match="set OSC_ACCESS_KEY and OSC_SECRET_KEY"):
        Connection().call("ReadSnapshots", clock=CLOCK)


@pytest.mark.parametrize("name", ["OSC_ACCESS_KEY", "OSC_SECRET_KEY"])
@pytest.mark.parametrize("wrong", ["\n", " ", "ł"])
def test_a_key_that_cannot_be_one_names_the_variable(
    name: str, wrong: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that can't be one, such as with an end of line, is an error that names the variable and quotes nothing."""
    write({"default": {"region": REGION}})
    monkeypatch.setenv(name, f"{SECRET}{wrong}")
    with pytest.raises(LoginFailed, match=f"correct {name}") as caught:
        Connection().call("ReadSnapshots", clock=CLOCK)
    assert SECRET not in str(caught.value)
