"""``snapcopy policy-pack``: print the folder of the policy pack, or write a copy of the pack."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import click

PACK = Path(__file__).parent.parent / "policy" / "pack"
PROJECT, PROGRAM, REQUIREMENTS = FILES = "PulumiPolicy.yaml", "__main__.py", "requirements.txt"
MARK = "# Written by `snapcopy policy-pack --copy`; as long as it is untouched, that brings it up to date: "


@click.command("policy-pack")
@click.option(
    "--copy",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a copy to keep in a repository.",
)
def policy_pack(target: Path | None) -> None:
    """Print the folder of the policy pack.

    \b
    pulumi preview --policy-pack "$(snapcopy policy-pack)" [--policy-pack-config FILE]
    """
    if find_spec("pulumi_policy") is None:
        raise click.ClickException(
            f"the policy pack needs pulumi-policy. Run {sys.executable} -m pip install 'pulumi-snapcopy[policy]'."
        )
    if target is None:
        click.echo(folder())
    else:
        copy(target)
        click.echo(
            f'The policy pack is in {target}: pulumi preview --policy-pack "{target}". It runs on the python3 on PATH, '
            f"which must have pulumi-snapcopy[policy]; the option virtualenv in {target / PROJECT} names another. "
            f"Published (`pulumi policy publish` in that folder), it is installed from its {REQUIREMENTS}."
        )


def folder() -> Path:
    """Return the pack's folder; in a virtual environment, a folder inside it whose project file names the environment.

    The engine runs a pack on the python3 on PATH, unless PulumiPolicy.yaml names a virtual environment. The
    environment of pulumi-snapcopy may be used without being active.
    """
    if sys.prefix == sys.base_prefix:
        return PACK
    place = Path(sys.prefix, "share", "pulumi-snapcopy", "policy-pack")
    project = f"{(PACK / PROJECT).read_text()}  options:\n    virtualenv: {json.dumps(sys.prefix)}\n"
    try:
        _write(place, {PROJECT: project, PROGRAM: (PACK / PROGRAM).read_text()})
    except OSError:
        return PACK  # read-only: the environment must be active
    return place


def copy(target: Path) -> None:
    """Write a copy of the pack to a folder, replacing an older copy.

    Raises:
        click.ClickException: if the folder holds something else, or a copy that was changed by hand.
    """
    found = {name: (target / name).read_text() for name in FILES if (target / name).is_file()}
    if found.get(PROJECT, "").startswith(MARK):
        if _mark(found) != found[PROJECT].partition("\n")[0]:
            raise click.ClickException(
                f"the copy in {target} has been changed by hand. Write a new one elsewhere and take the changes over."
            )
    elif target.is_dir() and any(target.iterdir()):
        raise click.ClickException(
            f"{target} isn't empty, and holds no copy of the policy pack. Name a new folder."
        )
    files = {name: (PACK / name).read_text() for name in FILES}
    files[PROJECT] = f"{_mark({**files, PROJECT: chr(10) + files[PROJECT]})}\n{files[PROJECT]}"
    try:
        _write(target, files)
    except OSError as error:
        raise click.ClickException(f"{target} can't be written: {error.strerror}.") from None


def _mark(files: dict[str, str]) -> str:
    """Return the first line of a copy's project file, which holds a digest of everything after it."""
    text = files[PROJECT].partition("\n")[2] + files.get(PROGRAM, "") + files.get(REQUIREMENTS, "")
    return MARK + hashlib.sha256(text.encode()).hexdigest()[:12]


def _write(place: Path, files: dict[str, str]) -> None:
    """Write the files that differ, each atomically, as an engine may be reading."""
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = place / name
        if path.is_file() and path.read_text() == text:
            continue
        with tempfile.NamedTemporaryFile("w", dir=place, prefix=f".{name}", delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
