"""Which login counts: a stack's ``aws:profile`` and ``aws:region`` win over the environment, as in Pulumi's AWS provider."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..aws.login import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """The configuration of a stack, as far as its file in the project's folder has it in the clear.

    Args:
        path: the file; None where no stack is named and the folder has none, or several.
        config: by ``namespace:key``.
    """

    path: Path | None = None
    config: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, stack: str | None, folder: Path) -> StackConfig:
        """Read it.

        Args:
            stack: the stack's name; default: the only one that has a configuration file in the folder, if there is one.
            folder: the project's.

        Raises:
            click.ClickException: if the named stack has no configuration there, or it can't be read.
        """
        path = _file(stack, folder)
        return cls(path=path, config=_config(path) if path else {})

    def login(self) -> Login:
        """Return the login that counts."""
        from ..aws.login import Login

        return Login(
            profile=_text(self.config.get("aws:profile")), region=_text(self.config.get("aws:region"))
        )

    def why(self) -> str:
        """Say in a sentence which login counts."""
        told = [
            f"{key} {value}"
            for key in ("aws:profile", "aws:region")
            if (value := _text(self.config.get(key)))
        ]
        if not told or self.path is None:
            return _of_the_environment()
        wins = [name for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION") if os.environ.get(name)]
        over = f"; it wins over {', '.join(wins)}" if wins else ""
        return f"{' and '.join(told)} of {self.path.name}{over}"


def _file(stack: str | None, folder: Path) -> Path | None:
    if stack is not None:
        path = folder / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
        if not path.is_file():
            raise click.ClickException(f"there is no {path.name} here. Run this in the project's folder.")
        return path
    found = sorted(folder.glob("Pulumi.*.yaml"))
    return found[0] if len(found) == 1 else None


def _config(path: Path) -> dict[str, Any]:
    import yaml

    try:
        config = (yaml.safe_load(path.read_text()) or {}).get("config") or {}
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path.name} can't be read: {error}") from None
    if not isinstance(config, dict):
        return {}
    # A mapping is a secret, or an object that none of our settings is; lists are handed on as JSON, as the engine does.
    return {
        str(key): json.dumps(value) if isinstance(value, list) else value
        for key, value in config.items()
        if not isinstance(value, dict)
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _of_the_environment() -> str:
    profile = os.environ.get("AWS_PROFILE")
    mine = (
        f"AWS_PROFILE={profile}"
        if profile
        else "AWS tooling's own order (environment, then the default profile)"
    )
    return f"{mine}; a stack's aws:profile and aws:region would win over it"
