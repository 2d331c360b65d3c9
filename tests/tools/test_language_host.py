"""The stand-in for Pulumi's language host, through the real CLI."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2 as messages

from tools.emulator import every
from tools.language_host import NoEnvironment, environment_folder, python_for
from tools.paths import BIN, PYTHON, ROOT, VENV
from tools.pulumi_cli import write_language_host
from tools.settings import backend_url

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi, sys, time
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        time.sleep(props["seconds"])
        return CreateResult("made", {"seconds": props["seconds"], "result": "made in the host"})

class Made(Resource):
    result: pulumi.Output[str]
    def __init__(self, name, seconds):
        super().__init__(Provider(), name, {"seconds": seconds, "result": None})

config = pulumi.Config()
if config.get("fail"):
    raise RuntimeError("a mistake in the program")
if config.get("wait"):
    print("waiting", flush=True)
    time.sleep(600)
pulumi.export("result", Made("one", config.require_float("seconds")).result)
pulumi.export("secret", config.get_secret("word"))
"""


class Project:
    """A Pulumi project of its own that runs on the stand-in, whatever language host this checkout has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "a program" / "__main__.py"
        program.parent.mkdir()
        program.write_text(PROGRAM)
        (folder / "Pulumi.yaml").write_text(
            f"name: held\nmain: a program\nruntime: {{name: python, options: {{virtualenv: {VENV}}}}}\n"
        )
        for part in ("backend", "home", "bin"):
            (folder / part).mkdir()
        write_language_host(folder / "bin" / "pulumi-language-python")
        for name in ("pulumi", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
            (folder / "bin" / name).hardlink_to((BIN / name).resolve())
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
            "PATH": f"{folder / 'bin'}:{BIN}:{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": backend_url(folder / "backend"),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a Pulumi command in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [str(self.folder / "bin" / "pulumi"), *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs a Pulumi command to its end."""
        with self.start(*arguments) as process:
            output, _ = process.communicate()
        return process.returncode, output

    def processes(self, name: str = "") -> list[str]:
        """The command lines of the processes that work for this project now."""
        mine = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if f"PULUMI_HOME={self.folder}/home".encode() in (path / "environ").read_bytes():
                    mine.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # ended meanwhile, or another user's
                continue
        return [line for line in mine if line and name in line]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a stack; after the test none of its processes is left."""
    if not (BIN / "pulumi").exists():
        pytest.skip("`make setup` has not been run")
    made = Project(tmp_path)
    assert made.run("stack", "init", "dev")[0] == 0
    assert made.run("config", "set", "seconds", "0")[0] == 0
    yield made
    assert ends(made, "") == []


def ends(project: Project, name: str) -> list[str]:
    """What is left of the named processes after up to a minute."""
    for _ in every(0.05, 60):
        if not project.processes(name):
            return []
    return project.processes(name)


def test_program_and_dynamic_provider_run(project: Project) -> None:
    """A program gets its configuration, secrets stay secret, and a dynamic provider makes its resource."""
    assert project.run("config", "set", "--secret", "word", "hidden")[0] == 0
    code, output = project.run("up", "--yes", "--skip-preview")
    assert code == 0, output
    assert "made in the host" in output
    assert "hidden" not in output
    assert "secret: [secret]" in " ".join(output.split())


def test_mistake_in_the_program_is_shown_once(project: Project) -> None:
    """An exception is shown with the user's own frames, without a second error about the exit code."""
    project.run("config", "set", "fail", "yes")
    code, output = project.run("preview")
    assert code != 0
    assert "a mistake in the program" in output
    assert "exited with code" not in output


def test_policy_pack_runs(project: Project, tmp_path: Path) -> None:
    """A policy pack in Python reports its violation and stops the preview."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(
        "from pulumi_policy import *\n"
        "def check(args, report):\n"
        "    if 'seconds' in args.props.keys(): report('too slow by far')\n"
        "PolicyPack('pack', enforcement_level=EnforcementLevel.MANDATORY,\n"
        "           policies=[ResourceValidationPolicy('no-seconds', 'No seconds.', check)])\n"
    )
    code, output = project.run("preview", "--policy-pack", str(pack))
    assert code != 0
    assert "too slow by far" in output


def test_ctrl_c_ends_a_running_program_soon(project: Project) -> None:
    """Ctrl-C ends a program that would run for ten minutes, without a traceback of its own."""
    project.run("config", "set", "wait", "yes")
    with project.start("preview") as process:
        assert process.stdout is not None
        output = next(line for line in process.stdout if "waiting" in line)
        os.killpg(process.pid, signal.SIGINT)
        output += process.stdout.read()
    assert process.returncode != 0
    assert "Traceback" not in output


def test_killed_cli_leaves_neither_host_nor_program(project: Project) -> None:
    """After SIGKILL of the CLI, which tells nobody, the language host sees it and ends with its program."""
    project.run("config", "set", "wait", "yes")
    with project.start("preview") as process:
        assert process.stdout is not None
        assert next(line for line in process.stdout if "waiting" in line)
        assert project.processes("language_host.py")
        process.kill()
        process.stdout.close()
    assert ends(project, "language") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_host_stops_at_once_when_told(number: signal.Signals) -> None:
    """The engine ends its plugins by a signal and waits ten seconds for those that don't listen."""
    with subprocess.Popen(
        [str(PYTHON), "-I", "-u", str(ROOT / "tools" / "language_host.py"), "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout is not None
        assert 0 < int(host.stdout.readline()) < 65536
        host.send_signal(number)
        assert host.wait(9) == 0


def info(root: Path, **options: str) -> messages.ProgramInfo:
    """What the engine says of a project."""
    made = messages.ProgramInfo(root_directory=str(root), program_directory=str(root))
    made.options.update(options)
    return made


def test_uv_keeps_its_environment_beside_the_lock_file(tmp_path: Path) -> None:
    """Beside the nearest uv.lock, else the nearest pyproject.toml, else in the root; the option virtualenv wins."""
    root = tmp_path / "workspace" / "infra"
    root.mkdir(parents=True)
    assert environment_folder(info(root)) is None
    assert environment_folder(info(root, virtualenv="here")) == root / "here"
    assert environment_folder(info(root, toolchain="uv", virtualenv="here")) == root / "here"
    assert environment_folder(info(root, toolchain="uv")) == root / ".venv"
    (root / "pyproject.toml").touch()
    assert environment_folder(info(root, toolchain="uv")) == root / ".venv"
    (root.parent / "uv.lock").touch()
    assert environment_folder(info(root, toolchain="uv")) == root.parent / ".venv"


@pytest.mark.parametrize(
    ("options", "run"), [({"toolchain": "uv"}, "uv sync"), ({"virtualenv": "gone"}, "python3 -m venv")]
)
def test_a_missing_environment_is_named(tmp_path: Path, options: dict[str, str], run: str) -> None:
    """The folder, and the command that makes it."""
    with pytest.raises(NoEnvironment, match=rf"no Python in {tmp_path}/.*Run `{run}"):
        python_for(info(tmp_path, **options))
