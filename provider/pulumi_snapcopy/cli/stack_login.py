"""Which login counts: a stack's ``aws:profile`` and ``aws:region`` win over the environment, as in Pulumi's AWS provider."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..aws.login import Login


def login_of_the_stack(stack: str | None, folder: Path) -> tuple[Login, str]:
    """Return the login that counts, and a sentence that says why.

    Args:
        stack: the stack's name; default: the only one that has a configuration file in the folder, if there is one.
        folder: the project's.

    Raises:
        click.ClickException: if the named stack has no configuration there, or it can't be read.
    """
    from ..aws.login import Login

    path = _file(stack, folder)
    config = _config(path) if path else {}
    profile, region = (_text(config.get(key)) for key in ("aws:profile", "aws:region"))
    if path is None or not (profile or region):
        return Login(), _of_the_environment()
    told = [f"{key} {value}" for key, value in (("aws:profile", profile), ("aws:region", region)) if value]
    wins = [name for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION") if os.environ.get(name)]
    over = f"; it wins over {', '.join(wins)}" if wins else ""
    return Login(profile=profile, region=region), f"{' and '.join(told)} of {path.name}{over}"


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
    return config if isinstance(config, dict) else {}


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
