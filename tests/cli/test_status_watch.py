"""``snapcopy status --watch``."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Invoke, interruptible
from .copies import HERE, copy, day


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """Lets --watch go round: between two looks something happens, and after the last one Ctrl-C is pressed."""

    def go(*meanwhile: Callable[[], object]) -> list[float]:
        paused, left = list[float](), [*meanwhile]

        def sleep(seconds: float) -> None:
            paused.append(seconds)
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        monkeypatch.setattr("pulumi_snapcopy.cli.status.time", SimpleNamespace(sleep=sleep))
        return paused

    return go


def test_watch_looks_again_and_goes_on_through_a_failure(
    on_emulator: Emulator, invoke: Invoke, rounds: Callable[..., list[float]]
) -> None:
    """Each look shows what there is then; one that fails is said; Ctrl-C ends with the last one's verdict."""
    copy(on_emulator, 2)
    denied = Fault(kind="error", operation="GetInstanceSnapshots", code="AccessDeniedException")
    paused = rounds(lambda: copy(on_emulator, 1), lambda: on_emulator.inject(denied), lambda: None)
    done = invoke("status", *HERE, "--watch", "--max-age", "3d")
    assert (done.exit_code, paused) == (0, [30.0] * 4)
    lines = [line for line in done.stdout.splitlines() if line.startswith("web-1")]
    assert [day(2) in each for each in lines] == [True, False, False]
    assert [day(1) in each for each in lines] == [False, True, True]
    assert done.stderr.count("Ctrl-C ends it") == 3 and done.stderr.count("Error: AccessDenied") == 1
    assert "Traceback" not in done.output


def test_watch_does_not_pile_up(
    on_emulator: Emulator, invoke: Invoke, rounds: Callable[..., list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten looks make the clients of one, and each asks for the same."""
    import boto3

    made, make = list[object](), boto3.session.Session.client

    def counted(*args: Any, **more: Any) -> Any:
        made.append(args)
        return make(*args, **more)

    monkeypatch.setattr(boto3.session.Session, "client", counted)
    copy(on_emulator, 1)
    seen = list[int]()
    rounds(*[lambda: seen.append(len(on_emulator.calls()))] * 9)
    assert invoke("status", *HERE, "--watch").exit_code == 0
    assert len({after - before for before, after in zip([0, *seen], seen, strict=False)}) == 1
    assert len(made) == 4, "to find the endpoint, and a client, of each region"


def test_watch_that_never_could_tell_is_2(
    on_emulator: Emulator, invoke: Invoke, rounds: Callable[..., list[float]]
) -> None:
    """Ctrl-C before anything could be read is no good news."""
    on_emulator.inject(Fault(kind="error", region="eu-west-1", code="AccessDeniedException", times=None))
    rounds(lambda: None)
    done = invoke("status", *HERE, "--watch")
    assert (done.exit_code, done.stdout) == (2, "") and "nothing could be read" in done.stderr


def test_a_real_ctrl_c_ends_the_watch(on_emulator: Emulator) -> None:
    """While it pauses, at once, and without a traceback."""
    copy(on_emulator, 1)
    running = subprocess.Popen(
        interruptible("status", *HERE, "--watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert running.stdout is not None
    assert any("web-1" in line for line in running.stdout)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 0 and "Traceback" not in said
