"""What the commands say of EC2."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from pulumi_snapcopy.cli.doctor import check_cloud
from pulumi_snapcopy.cli.findings import Verdict
from pulumi_snapcopy.cli.iam_policy import iam_policy
from pulumi_snapcopy.emulator import Emulator


def statements(*arguments: str) -> list[dict[str, Any]]:
    """The statements that the command prints."""
    ended = CliRunner().invoke(iam_policy, arguments)
    assert ended.exit_code == 0, ended.output
    return list(json.loads(ended.stdout)["Statement"])


def actions(*arguments: str) -> set[str]:
    """The actions that the printed policy allows."""
    return {action for each in statements(*arguments) for action in each["Action"]}


def test_services_are_put_together_and_may_be_kept_from_deleting() -> None:
    """One document; each statement has a name of its own."""
    both = ("--services", "lightsail, ec2")
    assert actions(*both) == actions() | actions("--services", "ec2")
    names = [each["Sid"] for each in statements(*both)]
    assert len(names) == len(set(names))
    assert {each for each in actions(*both) - actions(*both, "--without-delete")} == {
        "ec2:DeleteSnapshot", "lightsail:DeleteDiskSnapshot", "lightsail:DeleteInstanceSnapshot",
    }  # fmt: skip


def test_a_service_that_isnt_there_is_named() -> None:
    """With those that are."""
    ended = CliRunner().invoke(iam_policy, ["--services", "s3"])
    assert ended.exit_code == 2 and "Write lightsail, ec2" in ended.output


def test_doctor_says_which_cloud_is_meant(fcu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that a forgotten endpoint would send OUTSCALE's calls to AWS."""
    (finding,) = check_cloud("eu-west-2")
    assert (finding.verdict, finding.text) == (Verdict.OK, f"OUTSCALE's FCU at {fcu.fcu_url}")
    monkeypatch.delenv("AWS_ENDPOINT_URL_EC2")
    (finding,) = check_cloud("eu-west-2")
    assert finding.verdict is Verdict.PROBLEM and "calls would go to AWS" in finding.text
