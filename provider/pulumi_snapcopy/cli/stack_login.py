"""The login by a stack's ``aws:profile`` and ``aws:region``, which win over the environment, as in Pulumi AWS."""

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
    """The configuration of a stack, as far as files in the project's folder hold it unencrypted.

    Args:
        config: the values by ``namespace:key``; the stack's own file wins over ``Pulumi.yaml``.
        origins: the name of the file that each key comes from.
        imports: the name of the file that imports environments of Pulumi ESC, which aren't read; None if no file does.
    """

    config: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    imports: str | None = None

    @classmethod
    def of(cls, stack: str | None, folder: Path) -> StackConfig:
        """Read the configuration of a stack.

        Args:
            stack: the stack's name; default: the only stack with a configuration file in the folder, if there is one.
            folder: the project's folder.

        Raises:
            click.ClickException: if the named stack has no configuration in the folder, or a file can't be read.
        """
        own, project = _file(stack, folder), folder / "Pulumi.yaml"
        config, origins, imports = dict[str, object](), dict[str, str](), None
        for path in filter(None, (project if project.is_file() else None, own)):
            read = _read(path)
            found = _config(read)
            config |= found
            origins |= dict.fromkeys(found, path.name)
            if path is own and read.get("environment"):
                imports = path.name
        return cls(config=config, origins=origins, imports=imports)

    @property
    def files(self) -> str:
        """The names of the files, for a sentence; empty if they hold no configuration."""
        return ", ".join(dict.fromkeys(self.origins.values()))

    def login(self) -> Login:
        """Return the login by the stack's configuration."""
        from ..aws.login import Login

        return Login(
            profile=_text(self.config.get("aws:profile")), region=_text(self.config.get("aws:region"))
        )

    def why(self) -> str:
        """Return in words which login is used, and why."""
        found = [
            f"{key} {value} of {self.origins[key]}"
            for key in ("aws:profile", "aws:region")
            if (value := _text(self.config.get(key)))
        ]
        wins = [name for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION") if os.environ.get(name)]
        over = f"; it wins over {', '.join(wins)}" if wins else ""
        text = f"{' and '.join(found)}{over}" if found else _of_the_environment()
        if self.imports:
            text += f". {self.imports} imports environments (ESC), which aren't read here, and may set others"
        return text


def _file(stack: str | None, folder: Path) -> Path | None:
    if stack is not None:
        path = folder / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
        if not path.is_file():
            raise click.ClickException(f"there is no {path.name} here. Run this in the project's folder.")
        return path
    found = sorted(folder.glob("Pulumi.*.yaml"))
    return found[0] if len(found) == 1 else None


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path.name} can't be read: {error}") from None
    if not isinstance(read, dict):
        raise click.ClickException(f"{path.name} can't be read: it holds no mapping")
    return read


def _config(read: Mapping[str, Any]) -> dict[str, object]:
    config = read.get("config")
    if not isinstance(config, dict):
        return {}
    given = {str(key): _value(value) for key, value in config.items()}
    # A mapping is a secret, or an object, which none of our settings is; lists become JSON, as in the engine.
    return {
        key: json.dumps(value) if isinstance(value, list) else value
        for key, value in given.items()
        if value is not None and not isinstance(value, dict)
    }


def _value(given: object) -> object:
    """Return a value, unwrapped from a project's form ``{value: …}`` or ``{type: …, default: …}``."""
    if isinstance(given, dict):
        return next((given[key] for key in ("value", "default") if key in given), given)
    return given


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
