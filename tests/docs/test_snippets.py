"""The Python in the pages: complete programs run, and of those that leave something out every import is there.

A program that imports a resource runs through Pulumi, on sources as the emulator's tests have them; any other by itself.
"""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.stack import Stack

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
RESOURCES = {"pulumi", "pulumi_snapcopy.lightsail", "pulumi_snapcopy.ec2", "pulumi_snapcopy.outscale"}
"""Modules that are of use in a program which Pulumi runs."""


@dataclass(frozen=True)
class Snippet:
    """A block of Python in a page."""

    page: str
    line: int
    code: str

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left out; ``...`` says that something is."""
        return not any(
            isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(ast.parse(self.code))
        )

    @property
    def imports(self) -> list[tuple[str, str | None]]:
        """The modules imported, and the name that is imported from each, if it is one."""
        found: list[tuple[str, str | None]] = []
        for node in ast.walk(ast.parse(self.code)):
            if isinstance(node, ast.Import):
                found += [(alias.name, None) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(node.module or "", alias.name) for alias in node.names]
        return found

    @property
    def is_a_pulumi_program(self) -> bool:
        """Whether it declares something."""
        return any({module, f"{module}.{name}"} & RESOURCES for module, name in self.imports)

    @property
    def runs_pulumi(self) -> bool:
        """Whether it runs Pulumi itself; tests/engine/test_automation.py runs such a program."""
        return any("pulumi.automation" in (module, f"{module}.{name}") for module, name in self.imports)


def snippets(page: Path) -> list[Snippet]:
    """The blocks of a page that are marked as Python."""
    text = page.read_text()
    return [
        Snippet(str(page.relative_to(ROOT)), text[: found.start()].count("\n") + 1, found[1])
        for found in re.finditer(r"^```(?:python|py)\n(.*?)^```$", text, re.M | re.S)
    ]


ALL = [snippet for page in PAGES for snippet in snippets(page)]
PROGRAMS = [each for each in ALL if each.is_complete and not each.runs_pulumi]


def where(snippet: Snippet) -> str:
    """Such as ``README.md:5``."""
    return f"{snippet.page}:{snippet.line}"


def test_the_readme_has_programs() -> None:
    """The reader of the pages finds what users copy first."""
    assert [each for each in PROGRAMS if each.page == "README.md" and each.is_a_pulumi_program]


@pytest.mark.parametrize("snippet", ALL, ids=where)
def test_what_a_snippet_imports_is_there(snippet: Snippet) -> None:
    """Each snippet compiles, and each name that it imports exists."""
    compile(snippet.code, where(snippet), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for module, name in snippet.imports:
        imported = importlib.import_module(module)
        if name is not None and not hasattr(imported, name):
            importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("snippet", [each for each in PROGRAMS if not each.is_a_pulumi_program], ids=where)
def test_a_complete_program_runs(snippet: Snippet, tmp_path: Path) -> None:
    """By itself, with nothing said on standard error."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet.code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def declared(snippet: Snippet) -> set[tuple[str, str]]:
    """What a program declares, such as ``("CopiedSnapshot", "web")``: each call that begins with a name."""
    calls = [node for node in ast.walk(ast.parse(snippet.code)) if isinstance(node, ast.Call)]
    return {
        (kind, name.value)
        for call in calls
        for name in call.args[:1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str)
        if (kind := ast.unparse(call.func)) != "pulumi.export"
    }


def together(snippets: Iterable[Snippet]) -> list[list[Snippet]]:
    """As few programs as can be, of snippets of which no two declare the same."""
    programs: list[list[Snippet]] = []
    for snippet in snippets:
        for program in programs:
            if not any(declared(snippet) & declared(each) for each in program):
                program.append(snippet)
                break
        else:
            programs.append([snippet])
    return programs


@pytest.mark.engine
@pytest.mark.parametrize(
    "program",
    together(each for each in PROGRAMS if each.is_a_pulumi_program),
    ids=lambda program: ",".join(map(where, program)),
)
def test_complete_pulumi_programs_run(program: list[Snippet], stack: Stack) -> None:
    """Through Pulumi, a module a snippet; what is alike in many is run a second time, without a change."""
    modules = {re.sub(r"\W", "_", where(each)): each.code for each in program}
    for name, code in modules.items():
        (stack.folder / f"{name}.py").write_text(code)
    (stack.folder / "__main__.py").write_text("".join(f"import {name}\n" for name in modules))
    created = stack.up().changes
    assert created.keys() == {"created"}
    there = {each["urn"].rpartition("::")[2] for each in stack.state()}
    for each in program:
        assert {name for _, name in declared(each)} <= there, where(each)
    if len(program) > 2:
        assert stack.preview().changes == {"unchanged": created["created"]}
