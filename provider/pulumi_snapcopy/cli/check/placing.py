"""Find the place in the repository where the program declares a resource."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import unquote

from ...core.keys import place

_POSITION = re.compile(r"project:///(?P<path>[^#]+)#(?P<line>\d+)(?:,\d+)?")

PROJECT = "Pulumi.yaml"

LIBRARIES = {"site-packages", "dist-packages", "node_modules", "pulumi_snapcopy"}
"""Folders whose code isn't part of the program."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, whose path is relative to the repository, with forward slashes."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Checkout:
    """The project, as ``pulumi`` finds it, and its repository.

    Args:
        project: the folder of Pulumi.yaml, or else the current folder.
        repository: the folder of .git, or else the project's folder.
    """

    project: Path
    repository: Path

    @classmethod
    def around(cls, folder: Path) -> Checkout:
        """Find the project and its repository from a folder upwards."""
        project = _above(folder, PROJECT) or folder
        return cls(project, _above(project, ".git") or project)

    def place(self, positions: Iterable[str]) -> Place | None:
        """Return the first position, such as ``project:///__main__.py#12,5``, in the program's own code, or None."""
        for position in positions:
            if not (found := _POSITION.fullmatch(position)):
                continue
            path = Path(os.path.normpath(self.project / unquote(found["path"])))
            if path.is_relative_to(self.repository):
                inside = path.relative_to(self.repository)
                if not LIBRARIES & set(inside.parts) and not inside.name.startswith("pulumi-language-"):
                    return Place(inside.as_posix(), int(found["line"]))
        return None

    def search(self, urn: str) -> Place | None:
        """Return the place of the call that declares a resource, if exactly one call in the program's text could.

        This serves resources that the provider refused, whose position is in no state.
        """
        if not (self.project / PROJECT).exists():
            return None
        kind, _, name = place(urn).partition("::")
        found = [*self._calls(re.split(r"[:/$]", kind)[-1], name)]
        return found[0] if len(found) == 1 else None

    def _calls(self, function: str, name: str) -> Iterator[Place]:
        for path in _programs(self.project):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # the program's style isn't judged here
                    tree = ast.parse(path.read_bytes())
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and node.args and _called(node.func) == function:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and first.value == name:
                        yield Place(path.relative_to(self.repository).as_posix(), node.lineno)


def _above(folder: Path, name: str) -> Path | None:
    return next((each for each in (folder, *folder.parents) if (each / name).exists()), None)


def _programs(project: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(project):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in LIBRARIES)
        yield from (Path(folder, each) for each in sorted(files) if PurePath(each).suffix == ".py")


def _called(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None
