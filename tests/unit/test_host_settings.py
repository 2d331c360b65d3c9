"""The provider's settings."""

from __future__ import annotations

import pytest
from pulumi.dynamic import Config
from pulumi_snapcopy.core.errors import ConfigError
from pulumi_snapcopy.core.waiting.policy import LONGEST_PAUSE
from pulumi_snapcopy.host._sdk import config_keys
from pulumi_snapcopy.host.settings import DEFAULT_WORKERS, Settings


def read(config: dict[str, object] | None = None) -> Settings:
    """Read settings from a stack's config, on a service that has one of its own."""
    return Settings.read(lambda key: (config or {}).get(key), config or {}, ["ec2Api"])


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment sets nothing."""
    monkeypatch.delenv("SNAPCOPY_POLL_SECONDS", raising=False)
    monkeypatch.delenv("SNAPCOPY_MAX_WORKERS", raising=False)
    monkeypatch.delenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", raising=False)


def test_without_settings_the_defaults_hold() -> None:
    """Without settings the longest pause is half a minute, and there are many workers."""
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
    """A wrong value from the environment is reported with the variable's name."""
    monkeypatch.setenv("SNAPCOPY_MAX_WORKERS", "many")
    with pytest.raises(ConfigError, match="SNAPCOPY_MAX_WORKERS is 'many'"):
        read()


@pytest.mark.parametrize(
    "value",
    ["012345678901,123456789012", " 012345678901 , 123456789012\n", '["012345678901",123456789012]'],
)
def test_accounts_are_text_or_the_list_that_the_engine_hands_over(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list comes as JSON, in which what YAML took for a number is one; stack config goes before the environment."""
    expected = ("012345678901", "123456789012")
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", value)
    assert read().allowed_account_ids == expected
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "111111111111")
    assert read({"snapcopy:allowedAccountIds": value}).allowed_account_ids == expected


def test_without_the_guard_any_account_will_do() -> None:
    """Without `allowedAccountIds` no account is named, and any may be used."""
    assert read().allowed_account_ids == ()


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("12345678901", "12345678901"),
        ("[12345678901]", "12345678901"),
        ("[1402433619]", "1402433619"),
        ("1234-5678-9012", "1234-5678-9012"),
        ("1234567890123", "1234567890123"),
        ("٠١٢٣٤٥٦٧٨٩٠١", "٠١٢٣٤٥٦٧٨٩٠١"),
        ("123456789012,", ""),
        ("[123456789012", "[123456789012"),
        ("[012345678901]", "[012345678901]"),
        ('[["123456789012"]]', "['123456789012']"),
        ("[true]", "True"),
        ("[123456789012.0]", "123456789012.0"),
        ('{"0":123456789012}', '{"0":123456789012}'),
        ("production", "production"),
    ],
)
def test_what_is_no_account_is_named(value: str, wrong: str) -> None:
    """A value that is no account id is refused by name, also a number that lost its leading zero in YAML."""
    with pytest.raises(ConfigError) as caught:
        read({"snapcopy:allowedAccountIds": value})
    assert str(caught.value) == (
        f"snapcopy:allowedAccountIds holds {wrong!r}; write account ids of 12 digits, in quotes if they begin with 0."
    )


@pytest.mark.parametrize("value", ["", " ", "[]", "[ ]"])
def test_a_guard_that_allows_nothing_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is more likely a variable that isn't set than a wish: neither all accounts nor none are taken for meant."""
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", value)
    with pytest.raises(ConfigError, match="SNAPCOPY_ALLOWED_ACCOUNT_IDS is empty: no account would be"):
        read()


@pytest.mark.parametrize(
    "name",
    [
        *("allowedAccountId", "allowedAccountsIds", "allowed_account_ids", "allowedAccountIDs", "pollSecond"),
        *("ec2API", "ec2api", "ec2-api", "ecApi"),
    ],
)
def test_a_misspelled_setting_is_refused(name: str) -> None:
    """A misspelled setting is refused: it would turn the account guard off, or mean another cloud, unnoticed."""
    with pytest.raises(
        ConfigError,
        match=rf"^snapcopy:{name} is no setting; write snapcopy:(allowedAccountIds|pollSeconds|ec2Api), ",
    ):
        read({f"snapcopy:{name}": "123456789012"})


def test_the_hosts_config_tells_its_keys() -> None:
    """The host's config gives the keys of all settings, without which no misspelled one would be noticed."""
    assert config_keys(Config({"snapcopy:allowedAccountId": "1"}, "shop")) == ["snapcopy:allowedAccountId"]


def test_a_misspelled_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled environment variable is refused, as a misspelled setting of the stack is."""
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_ID", "123456789012")
    with pytest.raises(
        ConfigError, match="SNAPCOPY_ALLOWED_ACCOUNT_ID is no setting; write SNAPCOPY_ALLOWED_ACCOUNT_IDS"
    ):
        read()


def test_what_a_room_or_a_project_of_that_name_sets_is_its_own() -> None:
    """A setting of a service or a project is accepted unless its name is nearly one of ours."""
    found = read(
        {
            "snapcopy:requestsPerSecond": 5,
            "snapcopy:team": "shop",
            "aws:region": "eu-west-1",
            "shop:pollSecond": 1,
        }
    )
    assert found.aws_region == "eu-west-1"
