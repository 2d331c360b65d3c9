"""What the commands say of EC2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.cli.iam_policy import iam_policy
from pulumi_snapcopy.emulator import Emulator, Fault


def statements(*arguments: str) -> list[dict[str, Any]]:
    """The statements that the command prints."""
    ended = CliRunner().invoke(iam_policy, arguments)
    assert ended.exit_code == 0, ended.output
    return list(json.loads(ended.stdout)["Statement"])


def actions(*arguments: str) -> set[str]:
    """The actions that the printed policy allows."""
    return {action for each in statements(*arguments) for action in each["Action"]}


def test_services_are_put_together_and_may_be_kept_from_deleting() -> None:
    """The policy of several services is one document, in which each statement has a name of its own."""
    both = ("--services", "lightsail, ec2")
    assert actions(*both) == actions() | actions("--services", "ec2")
    names = [each["Sid"] for each in statements(*both)]
    assert len(names) == len(set(names))
    assert {each for each in actions(*both) - actions(*both, "--without-delete")} == {
        "ec2:DeleteSnapshot", "lightsail:DeleteDiskSnapshot", "lightsail:DeleteInstanceSnapshot",
    }  # fmt: skip


def doctor(*options: str) -> Result:
    """What the command prints of EC2."""
    return CliRunner().invoke(main, ["doctor", "--services", "ec2", *options])


def line_of(output: str, subject: str) -> str:
    """The one line about a thing."""
    (line,) = [line for line in output.splitlines() if f"  {subject}: " in line]
    return line


def test_doctor_checks_the_way_to_aws(aws: Emulator) -> None:
    """`snapcopy doctor` checks login, regions, cloud, endpoint and reads on AWS; it names the keys, and changes nothing."""
    output = doctor("--source-region", "us-east-1", "--target-region", "eu-west-1").output
    assert line_of(output, "cloud").endswith(f"AWS's API at {aws.url}")
    assert aws.url in line_of(output, "endpoint")
    for region in ("us-east-1", "eu-west-1"):
        assert line_of(output, f"ec2:DescribeSnapshots in {region}").startswith("ok")
    assert "skipped    ec2:CopySnapshot in eu-west-1" in output
    assert "kms:GenerateDataKeyWithoutPlaintext in eu-west-1: only needed for encrypted copies" in output
    assert {each.operation for each in aws.calls()} == {"DescribeSnapshots"}


def test_doctor_checks_the_way_to_fcu(fcu: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`snapcopy doctor` checks FCU by the stack's setting, without STS or keys; a forgotten endpoint would lead to AWS."""
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  snapcopy:ec2Api: fcu\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SNAPCOPY_EC2_API")
    region = ("--source-region", "eu-west-2", "--target-region", "eu-west-2")
    output = doctor(*region).output
    assert line_of(output, "cloud").endswith(f"OUTSCALE's FCU at {fcu.fcu_url}, as snapcopy:ec2Api says")
    assert line_of(output, "ec2:DescribeSnapshots in eu-west-2").startswith("ok")
    assert "account:" not in output and "kms" not in output
    assert "OUTSCALE has no region 'us-east-1'" in doctor("--target-region", "us-east-1").output
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "123456789012")
    assert "FCU has no call that tells the account" in line_of(doctor(*region).output, "account")
    monkeypatch.delenv("AWS_ENDPOINT_URL_EC2")
    output = doctor(*region).output
    assert line_of(output, "cloud").startswith("problem") and "calls would go to AWS" in output
    assert "skipped    credentials, endpoint, account and permissions: after cloud" in output


def test_status_tells_nothing_of_others_snapshots(aws: Emulator) -> None:
    """`snapcopy status` says that no snapshot is ours, and not that there are none."""
    aws.ec2.put_snapshot("us-east-1", tags={"a": "b"})
    ended = CliRunner().invoke(main, ["status", "--services", "ec2", "--region", "us-east-1"])
    assert ended.stdout.splitlines()[-1] == "There are no snapshots of snapcopy's in us-east-1."


def test_doctor_says_that_the_keys_are_wrong(aws: Emulator) -> None:
    """`snapcopy doctor` reports wrong keys as one problem, and not as a missing permission."""
    message = "AWS was not able to validate the provided access credentials"
    aws.inject(Fault(kind="error", code="AuthFailure", status=401, message=message, times=None))
    output = doctor("--source-region", "us-east-1", "--target-region", "eu-west-1").output
    line = line_of(output, "credentials: us-east-1 doesn't take them")
    assert (
        line.startswith("problem")
        and "AuthFailure: AWS was not able" in line
        and "Correct the credentials" in line
    )
    assert "ec2:DescribeSnapshots in" not in output
