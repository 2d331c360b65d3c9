"""`snapcopy policy-pack`: the folder it prints, the copy it writes, and the wheel it comes in."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pulumi_snapcopy
import pytest
from click.testing import CliRunner, Result
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.cli.policy_pack import PACK
from pulumi_snapcopy.families import CATALOGUE, RULEBOOKS

from tests.engine.stack import Stack
from tests.installed import empty_environment, pip_install, run, wheel

from .conftest import OTHERS, THEIRS, Judged

ROOT = Path(__file__).parents[2]


def snapcopy(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner(catch_exceptions=False).invoke(main, ["policy-pack", *arguments])


def test_the_folder_names_the_environment_that_it_is_in() -> None:
    """In a virtual environment the pack runs on its Python, active or not."""
    done = snapcopy()
    assert done.exit_code == 0
    folder = Path(done.stdout.removesuffix("\n"))
    assert folder == Path(sys.prefix, "share", "pulumi-snapcopy", "policy-pack")
    assert f'    virtualenv: "{sys.prefix}"\n' in (folder / "PulumiPolicy.yaml").read_text()
    assert (folder / "__main__.py").read_text() == (PACK / "__main__.py").read_text()


def test_outside_one_the_folder_is_the_packages_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """There the engine's own choice, the python3 on PATH, is as good as any."""
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert snapcopy().stdout == f"{PACK}\n"


def test_an_environment_that_cant_be_written_has_the_packages_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file where the folder should be stands for all that forbids writing."""
    (tmp_path / "share").write_text("")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert snapcopy().stdout == f"{PACK}\n"


def test_without_its_extra_the_command_says_what_to_install() -> None:
    """One sentence, with the very Python that doesn't have it."""
    code = (
        "import sys; from importlib import util; find = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'pulumi_policy' else find(name)\n"
        "from pulumi_snapcopy.cli import main; main(['policy-pack'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"Error: the policy pack needs pulumi-policy. Run {sys.executable} -m pip install 'pulumi-snapcopy[policy]'.\n"
    )


def test_a_copy_is_the_pack_without_an_environment(tmp_path: Path) -> None:
    """What is kept in a repository holds no path of this machine; it is written into new and empty folders."""
    for target in (tmp_path / "new" / "policy", tmp_path):
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        done = snapcopy("--copy", str(target))
        assert done.exit_code == 0 and f'pulumi preview --policy-pack "{target}"' in done.stdout
        project = (target / "PulumiPolicy.yaml").read_text()
        assert project.partition("\n")[2] == (PACK / "PulumiPolicy.yaml").read_text()
        for name in ("__main__.py", "requirements.txt"):
            assert (target / name).read_text() == (PACK / name).read_text()
        assert str(Path.home()) not in project and sys.prefix not in project


def older(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a copy as an older version of the command would have."""
    with monkeypatch.context() as patched:
        old = target.parent / "old"
        shutil.copytree(PACK, old)
        (old / "__main__.py").write_text("# older\n")
        patched.setattr("pulumi_snapcopy.cli.policy_pack.PACK", old)
        assert snapcopy("--copy", str(target)).exit_code == 0
    assert (target / "__main__.py").read_text() == "# older\n"


def test_an_older_copy_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command writes it again; what else is in the folder stays."""
    target = tmp_path / "policy"
    older(target, monkeypatch)
    (target / "README.md").write_text("ours")
    assert snapcopy("--copy", str(target)).exit_code == 0
    assert (target / "__main__.py").read_text() == (PACK / "__main__.py").read_text()
    assert (target / "README.md").read_text() == "ours"


@pytest.mark.parametrize("name", ["__main__.py", "PulumiPolicy.yaml", "requirements.txt"])
def test_a_copy_that_was_changed_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Policies and options of one's own aren't overwritten."""
    target = tmp_path / "policy"
    older(target, monkeypatch)
    with (target / name).open("a") as file:
        file.write("# mine\n")
    done = snapcopy("--copy", str(target))
    assert done.exit_code == 1
    assert "has been changed by hand. Write a new one elsewhere and take the changes over." in done.stderr
    assert (target / name).read_text().endswith("# mine\n")


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    """A copy goes into no folder of somebody else's, another pack's included."""
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n")
    done = snapcopy("--copy", str(tmp_path))
    assert done.exit_code == 1
    assert (
        done.stderr
        == f"Error: {tmp_path} isn't empty, and holds no copy of the policy pack. Name a new folder.\n"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["PulumiPolicy.yaml"]


def test_the_packs_version_is_the_packages() -> None:
    """The CLI shows the version of PulumiPolicy.yaml."""
    assert f"\nversion: {pulumi_snapcopy.__version__}\n" in (PACK / "PulumiPolicy.yaml").read_text()


def test_the_packs_requirements_are_this_version_and_its_range() -> None:
    """What a published pack is installed from: this very version, and pulumi-policy as the package itself asks for."""
    lines = (PACK / "requirements.txt").read_text().splitlines()
    policy = re.search(r'^policy = \["(.*)"\]$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert policy
    assert lines[1:] == [f"pulumi-snapcopy[policy]=={pulumi_snapcopy.__version__}", policy[1]]


def test_the_documentation_names_the_rules() -> None:
    """The table of docs/policy.md has the pack's rules, in their order, with their severities and settings."""
    text = (ROOT / "docs" / "policy.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (\w+) \| (.*?) \|", text, re.MULTILINE)
    assert [(name, severity) for name, _, severity, _ in rows] == [
        (rule.name, rule.severity) for rule in CATALOGUE.rules
    ]
    assert [name for name, level, _, _ in rows if level == "mandatory"] == [
        rule.name for rule in CATALOGUE.request
    ]
    for rule, (_, _, _, settings) in zip(CATALOGUE.rules, rows, strict=True):
        assert re.findall(r"`(\w+)`", settings) == list(rule.schema)
    for argument_rule in RULEBOOKS[0].arguments:
        assert f"`{argument_rule.name}`" not in "".join(name for name, *_ in rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return wheel(tmp_path_factory.mktemp("dist"))


@pytest.mark.soak
@pytest.mark.engine
def test_a_published_pack_finds_its_packages(
    new_stack: Callable[..., Stack], tmp_path: Path, built: Path
) -> None:
    """A downloaded pack gets an environment of its own, as Pulumi makes it, and judges with the wheel installed there."""
    pack = tmp_path / "downloaded"
    assert snapcopy("--copy", str(pack)).exit_code == 0
    # What the CLI does with a downloaded pack: an environment in its folder, its requirements, and the option.
    python = empty_environment(pack / "venv")
    pip_install(python, "-r", pack / "requirements.txt", find_links=built.parent)
    project = pack / "PulumiPolicy.yaml"
    project.write_text(f"{project.read_text()}  options:\n    virtualenv: venv\n")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    rules = site / "pulumi_snapcopy" / "lightsail" / "rules" / "request.py"
    told = rules.read_text()
    rules.write_text(told.replace("Names are ones that the service takes.", "Judged by the wheel."))
    assert rules.read_text() != told

    stack = new_stack()
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        stack.environment.pop(name, None)
    stack.program(f"{OTHERS}CopySnapshot('bad', sourceRegion='us-east-1', sourceSnapshotName='-')")
    config = stack.folder / "config.json"
    config.write_text(f'{{"snapshot-name": {{"types": ["{THEIRS}"]}}}}')
    judged = Judged(stack.preview("--policy-pack", str(pack), "--policy-pack-config", str(config), ok=False))
    (found,) = judged.findings
    assert (found.policy, found.description, found.resource) == (
        "snapshot-name",
        "Judged by the wheel.",
        "bad",
    )


@pytest.mark.engine
def test_the_folder_of_an_installed_package_serves_the_pack(
    new_stack: Callable[..., Stack], tmp_path: Path, built: Path
) -> None:
    """The environment isn't active: the folder that the command prints names it."""
    python = empty_environment(tmp_path / "empty")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # The other packages are borrowed from this environment.
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    pip_install(python, "--no-deps", "--no-index", built)
    pack = run(python.with_name("snapcopy"), "policy-pack").removesuffix("\n")
    assert Path(pack).is_relative_to(tmp_path / "empty")
    stack = new_stack()
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        stack.environment.pop(name, None)
    stack.copied("bad", target_region="us-east-1", target_snapshot_name="bad")
    judged = Judged(stack.preview("--policy-pack", pack))
    assert [(each.policy, each.level) for each in judged.findings] == [("copy-leaves-region", "advisory")]
