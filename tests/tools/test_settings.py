"""The environment in which `pulumi` and `aws` work on the emulator."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import settings


def test_a_blank_in_the_path_is_encoded() -> None:
    """The backend of a checkout in `/a b` is a valid URL."""
    assert settings.backend_url(Path("/a b/.state")) == "file:///a%20b/.state"


def test_nothing_of_the_users_login_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another profile, session or wish in the user's environment doesn't reach the emulator's programs."""
    for name in settings.left_out():
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the user's")
    environment = settings.environment(4000)
    assert not set(settings.left_out()) & set(environment)
    assert environment["AWS_ENDPOINT_URL_LIGHTSAIL"] == "http://127.0.0.1:4000"
    assert environment["AWS_ACCESS_KEY_ID"] != "the user's"
    assert environment["PULUMI_HOME"].endswith("/.state/pulumi-home")


def test_the_file_for_shells_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`. .state/env` gives a shell what `make up` gives Pulumi."""
    monkeypatch.setattr(settings, "ENV_FILE", tmp_path / "a state" / "env")
    monkeypatch.setenv("AWS_PROFILE", "the user's")
    monkeypatch.setenv("NO_PROXY", "example.org")
    settings.write_env_file(4000)
    told = subprocess.run(
        ["/bin/sh", "-c", '. "$0" && env', str(settings.ENV_FILE)], capture_output=True, text=True, check=True
    )
    sourced = dict(line.split("=", 1) for line in told.stdout.splitlines() if "=" in line)
    expected = settings.added(4000)
    assert {name: sourced[name] for name in expected if name != "PATH"} == {
        name: value for name, value in expected.items() if name != "PATH"
    }
    assert sourced["PATH"].split(":")[0] == expected["PATH"].split(":")[0]
    assert "AWS_PROFILE" not in sourced
