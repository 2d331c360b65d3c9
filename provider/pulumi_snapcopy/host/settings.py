"""Settings: stack config ``snapcopy:KEY``, or ``SNAPCOPY_KEY`` in the environment."""

from __future__ import annotations

import difflib
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.errors import ConfigError
from ..core.fields import snake_case
from ..core.waiting.policy import LONGEST_PAUSE

DEFAULT_WORKERS = 256
_KEYS = ("pollSeconds", "maxWorkers", "allowedAccountIds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The provider's settings.

    Args:
        poll_seconds: ``pollSeconds``, the longest pause between polls, in seconds.
        max_workers: ``maxWorkers``, how many copies the host works on at once.
        allowed_account_ids: ``allowedAccountIds``, the accounts that may be used; empty: any.
        aws_profile: the stack's ``aws:profile``, which precedes the environment, as in Pulumi's AWS provider.
        aws_region: the stack's ``aws:region``; likewise.
    """

    poll_seconds: float = LONGEST_PAUSE
    max_workers: int = DEFAULT_WORKERS
    allowed_account_ids: tuple[str, ...] = ()
    aws_profile: str | None = None
    aws_region: str | None = None
    _config: Callable[[str], object] = field(default=lambda key: None, compare=False, repr=False)

    def own(self, key: str) -> tuple[str, object]:
        """Return the name and value of a setting that only one service has; the value is None if it isn't set.

        Example:
            >>> Settings().own("noSuchSetting")
            ('SNAPCOPY_NO_SUCH_SETTING', None)
        """
        return _given(self._config, key, snake_case(key).upper())

    @classmethod
    def read(
        cls, config: Callable[[str], object], keys: Iterable[str] = (), own: Sequence[str] = ()
    ) -> Settings:
        """Read settings from stack config, else from the environment.

        Args:
            config: returns the value of a key, or None.
            keys: the keys of the whole config, also of other packages.
            own: the settings that only one service has; see `own`.

        Raises:
            ConfigError: if a value can't be used, or a key is misspelled: the account guard would be off, or another cloud
                meant, and nobody would know.
        """
        names = [each for each in (*keys, *os.environ) if each.startswith(("snapcopy:", "SNAPCOPY_"))]
        _check_spelling(names, {each.lower(): each for each in (*_KEYS, *own)})
        return cls(
            poll_seconds=_number(config, "pollSeconds", "POLL_SECONDS", LONGEST_PAUSE, least=0.1),
            max_workers=int(_number(config, "maxWorkers", "MAX_WORKERS", DEFAULT_WORKERS, least=1)),
            allowed_account_ids=_accounts(config, "allowedAccountIds", "ALLOWED_ACCOUNT_IDS"),
            aws_profile=_text(config("aws:profile")),
            aws_region=_text(config("aws:region")),
            _config=config,
        )

    @classmethod
    def of_the_program(cls) -> Settings:
        """Read the settings in a program: the stack's, else the environment's.

        Raises:
            ConfigError: as `read`.
        """
        import pulumi  # which the command line does without

        from ._sdk import program_config_keys

        def configured(key: str) -> str | None:
            namespace, _, name = key.partition(":")
            return pulumi.Config(namespace).get(name)

        return cls.read(configured, program_config_keys())


def _check_spelling(names: Iterable[str], settings: Mapping[str, str]) -> None:
    for name in names:
        folded = re.sub("[^a-z0-9]", "", name.lower()).removeprefix("snapcopy")
        for key in difflib.get_close_matches(folded, settings, n=1, cutoff=0.85):
            setting = settings[key]
            right = {"snapcopy": f"snapcopy:{setting}", "SNAPCOPY": f"SNAPCOPY_{snake_case(setting).upper()}"}
            if name not in right.values():
                raise ConfigError(f"{name} is no setting; write {right[name[:8]]}, or remove it.")


def _text(value: object) -> str | None:
    return str(value) if value else None


def _given(config: Callable[[str], object], key: str, variable: str) -> tuple[str, object]:
    """Return a setting's name where it was set, and its value."""
    name, value = f"snapcopy:{key}", config(f"snapcopy:{key}")
    if value is None:
        name, value = f"SNAPCOPY_{variable}", os.environ.get(f"SNAPCOPY_{variable}")
    return name, value


def _number(
    config: Callable[[str], object], key: str, variable: str, default: float, *, least: float
) -> float:
    name, value = _given(config, key, variable)
    if value is None:
        return default
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not least <= number < math.inf:
        raise ConfigError(f"{name} is {value!r}; write a number of at least {least:g}.")
    return number


def _accounts(config: Callable[[str], object], key: str, variable: str) -> tuple[str, ...]:
    name, value = _given(config, key, variable)
    if value is None:
        return ()
    text = str(value).strip()
    try:
        # The engine hands a list over as JSON.
        listed = json.loads(text) if text.startswith("[") else text.split(",") if text else []
    except ValueError:
        listed = [text]
    if not listed:
        raise ConfigError(
            f"{name} is empty: no account would be allowed; write account ids of 12 digits, or remove the setting."
        )
    accounts = tuple(str(each).strip() for each in listed)
    for account in accounts:
        # YAML takes 012345678901 for a number and drops its zero, or reads it as an octal one.
        if not re.fullmatch(r"[0-9]{12}", account):
            raise ConfigError(
                f"{name} holds {account!r}; write account ids of 12 digits, in quotes if they begin with 0."
            )
    return accounts
