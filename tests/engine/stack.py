"""A Pulumi project in a temporary folder, driven by the real CLI against the emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Injected

BIN = Path(sys.prefix) / "bin"
HEAD = """\
import pulumi
from pulumi import Alias, CustomTimeouts, ResourceOptions
from pulumi_snapcopy.lightsail import CopiedSnapshot

"""
ROUTE = {"source_region": "us-east-1", "target_region": "eu-west-1"}


@dataclass(frozen=True)
class Result:
    """What a command of the CLI ended with."""

    code: int
    output: str

    @property
    def changes(self) -> dict[str, int]:
        """The summary's counts without the stack's identity; in a preview the verb in the infinitive.

        Such as ``{"created": 2, "unchanged": 1}``.
        """
        summary = self.output.rpartition("Resources:\n")[2]
        counts = {
            what: int(count) for count, what in re.findall(r"^ *(?:\S+ )?(\d+) (?:to )?(\w+)$", summary, re.M)
        }
        said = re.findall(r"snapcopy:StackIdentity snapcopy (created?|deleted?)\b", self.output)
        of_the_identity = said[-1] if said else "unchanged"
        if of_the_identity in counts:
            counts[of_the_identity] -= 1
        return {what: count for what, count in counts.items() if count}


class Stack:
    """One stack of one project.

    Args:
        folder: where the project is.
        emulator: the service.
        home: a PULUMI_HOME.
        project: the project's name.
        name: the stack's name.
    """

    def __init__(
        self, folder: Path, emulator: Emulator, home: Path, *, project: str = "shop", name: str = "dev"
    ) -> None:
        self.folder, self.project, self.emulator = folder, project, emulator
        self.backend = folder / "backend"
        self.backend.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("AWS_", "PULUMI_", "SNAPCOPY_"))
            },
            **emulator.environment,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_STACK": name,
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
            "GOGC": "800",  # the CLI's memory is collected rarely: a tenth of a short command
        }
        project_file = {"name": project, "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}}}
        (folder / "Pulumi.yaml").write_text(json.dumps(project_file))
        if not self.checkpoint.exists():
            self._make(home / "made" / project / name)

    def _make(self, made: Path) -> None:
        """Have the CLI make an empty stack, and copy that for each further one: making takes as long as half an `up`."""
        settings = f"Pulumi.{self.name}.yaml"
        if made.exists():
            shutil.copytree(made / "backend", self.backend, dirs_exist_ok=True)
            shutil.copy(made / settings, self.folder)
        else:
            self.run("stack", "init", self.name)
            shutil.copytree(self.backend, made / "backend")
            shutil.copy(self.folder / settings, made)

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.environment["PULUMI_STACK"]

    @property
    def checkpoint(self) -> Path:
        """The file in which the backend keeps the stack's state."""
        return self.backend / ".pulumi" / "stacks" / self.project / f"{self.name}.json"

    def program(self, body: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(HEAD + body)

    def program_more(self, body: str) -> None:
        """Add to the program."""
        path = self.folder / "__main__.py"
        path.write_text(path.read_text() + body)

    def copied(self, name: str = "db", *, opts: str = "None", **arguments: Any) -> None:
        """Write a program of one copy; by default of the manual snapshot, from us-east-1 to eu-west-1."""
        if not arguments.keys() & {"source_resource_name", "source_snapshot_name"}:
            arguments["source_snapshot_name"] = "db-before-upgrade"
        self.program(f"CopiedSnapshot({name!r}, **{ {**ROUTE, **arguments}!r}, opts={opts})\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the CLI; it and what it starts can be killed apart."""
        return subprocess.Popen(
            [BIN / "pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, ok: bool = True) -> Result:
        """Run the CLI to its end; it must end well, or, with ``ok=False``, must not."""
        return self.end(self.start(*arguments), ok=ok)

    def end(self, process: subprocess.Popen[str], *, ok: bool = True, timeout: float = 240) -> Result:
        """Wait for a started CLI."""
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        result = Result(process.returncode, output)
        assert (result.code == 0) is ok, f"pulumi ended with {result.code}:\n{output}"
        return result

    def up(self, *arguments: str, ok: bool = True) -> Result:
        """Bring the stack about."""
        return self.run("up", "--yes", "--skip-preview", *arguments, ok=ok)

    def preview(self, *arguments: str, ok: bool = True) -> Result:
        """Show what would be done."""
        return self.run("preview", *arguments, ok=ok)

    def refresh(self) -> Result:
        """Read what there is."""
        return self.run("refresh", "--yes", "--skip-preview")

    def destroy(self) -> Result:
        """Undo everything."""
        return self.run("destroy", "--yes", "--skip-preview")

    def kill(self, process: subprocess.Popen[str]) -> None:
        """SIGKILL the CLI, and it alone; the processes it leaves behind end by themselves."""
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assert_nothing_left_of(process)

    @classmethod
    def assert_nothing_left_of(cls, process: subprocess.Popen[str]) -> None:
        """What an ended CLI has started ends soon."""
        deadline = time.monotonic() + 60
        while left := cls.left_of(process):
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(0.1)

    def give_time(self) -> None:
        """Make the program's short timeouts long, for a run that is to succeed."""
        path = self.folder / "__main__.py"
        path.write_text(path.read_text().replace("'3s'", "'200s'"))

    def up_killed_at(self, held: Injected | Sequence[Injected], *arguments: str) -> None:
        """Run `up`, kill it when its faults hold it, and take its lock away; a call held before its work is lost."""
        self.killed_at([held] if isinstance(held, Injected) else held, "up", "--skip-preview", *arguments)

    def killed_at(self, held: Sequence[Injected], *command: str) -> None:
        """Run a command that changes the stack, kill it when all these faults hold it, and take its lock away."""
        running = self.start(*command, "--yes")
        for each in held:
            each.wait_reached(120)
        self.kill(running)
        for each in held:
            each.drop()
        self.run("cancel", "--yes")

    @staticmethod
    def left_of(process: subprocess.Popen[str]) -> dict[int, str]:
        """The processes that a CLI has started and that still run: their command lines, by id."""
        listed = subprocess.run(
            ["ps", "-eo", "sess=,pid=,stat=,args="], capture_output=True, text=True, check=True
        )
        lines = [line.split(None, 3) for line in listed.stdout.splitlines()]
        mine = [words for words in lines if words[0] == str(process.pid)]
        return {int(words[1]): words[3] for words in mine if not words[2].startswith("Z")}

    @classmethod
    def host_of(cls, process: subprocess.Popen[str]) -> int:
        """The id of the dynamic host that a CLI has started; its shell has the same command line."""
        (host,) = (
            pid
            for pid, args in cls.left_of(process).items()
            if "-m pulumi.dynamic" in args and not args.startswith(("/bin/sh", "sh "))
        )
        return host

    def state(self) -> list[dict[str, Any]]:
        """All entries of the stack's state, as the backend keeps it; `stack export` would take a second."""
        checkpoint = json.loads(self.checkpoint.read_text())["checkpoint"]
        return list((checkpoint["latest"] or {}).get("resources", []))

    def entries(self) -> list[dict[str, Any]]:
        """The copies in the state, those that are to be deleted among them."""
        found = self.state()
        return [each for each in found if each["type"].startswith("pulumi-python:dynamic/lightsail:")]

    def resources(self) -> dict[str, dict[str, Any]]:
        """The copies in the state, by name; of two of one name, the one that isn't to be deleted."""
        return {each["urn"].rpartition("::")[2]: each for each in self.entries() if not each.get("delete")}

    def exports(self) -> dict[str, Any]:
        """What the program exports, as the state has it; `stack output` would take a second."""
        (root,) = [each for each in self.state() if each["type"] == "pulumi:pulumi:Stack"]
        return dict(root["outputs"])

    def outputs(self, name: str = "db") -> dict[str, Any]:
        """The outputs of one copy in the state."""
        return dict(self.resources()[name]["outputs"])
