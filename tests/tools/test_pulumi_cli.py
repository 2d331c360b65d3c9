"""Which Pulumi CLI is taken, from where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tools.conftest import Program
from tools import go_build, official_installer, pulumi_cli


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, but for the system's own."""
    folder = tmp_path / "on-path"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "/usr/bin", "/bin"]))
    return folder


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty stand-in for `.venv/bin`."""
    folder = tmp_path / "checkout" / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder.parent / "pyvenv.cfg").touch()
    monkeypatch.setattr(pulumi_cli, "BIN", folder)
    return folder


def install(folder: Path, program: Program, *, version: str, host: bool = True) -> None:
    """Puts a fake CLI into a folder."""
    program(folder / "pulumi", f"echo v{version}")
    program(folder / "pulumi-language-python-exec", "")
    program(folder / "pulumi-resource-pulumi-python", "")
    if host:
        program(folder / "pulumi-language-python", "")


@pytest.mark.parametrize(
    ("version", "taken"), [("3.216.0", True), ("3.300.1-dev.0", True), ("3.215.9", False), ("2.999.0", False)]
)
def test_cli_on_path_is_taken_if_new_enough(path: Path, program: Program, version: str, taken: bool) -> None:
    """The machine's own CLI serves from 3.216.0 on."""
    install(path, program, version=version)
    assert (pulumi_cli.on_path() is not None) is taken


def test_cli_on_path_without_a_language_host_is_left_alone(path: Path, program: Program) -> None:
    """A CLI that couldn't run a Python program is passed by."""
    install(path, program, version="3.300.0", host=False)
    assert pulumi_cli.on_path() is None


def test_cli_behind_a_link_has_its_host_beside_the_file_it_is(
    path: Path, program: Program, tmp_path: Path
) -> None:
    """A link on PATH, as package managers make it, leads to the folder that has everything."""
    install(tmp_path / "cellar", program, version="3.300.0")
    (path / "pulumi").symlink_to(tmp_path / "cellar" / "pulumi")
    cli = pulumi_cli.on_path()
    assert cli is not None
    assert cli.folder == tmp_path / "cellar"


def test_an_activated_environment_is_not_the_machine(path: Path, program: Program) -> None:
    """Another checkout's `.venv` on PATH is passed by: it may be gone tomorrow."""
    install(path, program, version="3.300.0")
    (path.parent / "pyvenv.cfg").touch()
    assert pulumi_cli.on_path() is None


def test_a_cli_that_does_not_start_is_none(path: Path, program: Program) -> None:
    """A broken file named pulumi is like none."""
    program(path / "pulumi", "exit 1")
    program(path / "pulumi-language-python", "")
    assert pulumi_cli.on_path() is None


def test_the_cache_is_used_without_trying_anything_else(
    path: Path, cache: Path, bin_folder: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a built CLI in the cache nothing is fetched; a starter of our language host goes beside it."""
    install(go_build.folder() / "bin", program, version="3.259.0", host=False)
    monkeypatch.setattr(pulumi_cli, "fetch", lambda room: pytest.fail("something was fetched"))
    pulumi_cli.ensure()
    assert pulumi_cli.version_of(bin_folder / "pulumi") == (3, 259, 0)
    assert not (bin_folder / "pulumi").is_symlink()  # Pulumi looks beside the file it really is
    assert "language_host.py" in (bin_folder / "pulumi-language-python").read_text()


def test_an_official_cli_goes_before_a_built_one(cache: Path, program: Program) -> None:
    """If both are in the cache, the one with Pulumi's own language host is taken."""
    install(go_build.folder() / "bin", program, version="3.259.0", host=False)
    install(official_installer.folder() / "bin", program, version="3.272.0")
    cli = pulumi_cli.cached()
    assert cli is not None
    assert cli.version == (3, 272, 0)


def test_emptied_cache_leaves_a_working_checkout_alone(
    path: Path, cache: Path, bin_folder: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `.venv` holds is enough, with the cache gone and no network."""
    install(bin_folder, program, version="3.259.0")
    monkeypatch.setattr(pulumi_cli, "fetch", lambda room: pytest.fail("something was fetched"))
    pulumi_cli.ensure()
    assert pulumi_cli.version_of(bin_folder / "pulumi") == (3, 259, 0)


def test_a_build_follows_when_the_installer_is_out_of_reach(
    cache: Path, program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The installer's reason is printed in one line, and the build begins."""

    def no_network(*, python: Path) -> None:
        raise official_installer.Unavailable("no network")

    def build(*, python: Path, room: str) -> None:
        install(go_build.folder() / "bin", program, version="3.259.0", host=False)

    monkeypatch.setattr(official_installer, "install", no_network)
    monkeypatch.setattr(go_build, "build", build)
    assert pulumi_cli.fetch("setup").version == (3, 259, 0)
    assert "the official installer is no help here (no network)" in capsys.readouterr().out


def test_machine_cli_is_linked_and_a_second_time_changes_nothing(
    path: Path, cache: Path, bin_folder: Path, program: Program
) -> None:
    """The machine's CLI is linked, not copied, so that its updates arrive; no starter of ours replaces its host."""
    install(path, program, version="3.300.0")
    pulumi_cli.ensure()
    before = {link.name: (link.readlink(), link.lstat().st_mtime_ns) for link in bin_folder.iterdir()}
    pulumi_cli.ensure()
    assert before == {link.name: (link.readlink(), link.lstat().st_mtime_ns) for link in bin_folder.iterdir()}
    assert before["pulumi-language-python"][0] == path / "pulumi-language-python"
