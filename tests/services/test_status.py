"""``snapcopy status --services``: what a region of each service holds, and whose it is."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from pulumi_snapcopy.cli import main

from tests.harness.row import Row
from tests.harness.served import Life, Running
from tests.harness.services import FIRST, ROWS

LISTS = {
    "lightsail": "GetInstanceSnapshots",
    "ec2": "DescribeSnapshots",
    "fcu": "DescribeSnapshots",
    "outscale": "ReadSnapshots",
}
CLI_NAMES = {"lightsail": "lightsail", "ec2": "ec2", "fcu": "ec2", "outscale": "outscale"}


@pytest.fixture(params=[row for row in ROWS if "restored" not in row.name], ids=str)
def row(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Row:
    """The rows of snapshots."""
    made: Row = request.param
    monkeypatch.setenv("SNAPCOPY_EC2_API", "fcu" if made.emulated == "fcu" else "aws")
    return made


def status(row: Row, *options: str) -> Result:
    """What the command prints of the row's service and region."""
    named = ("--services", CLI_NAMES[row.emulated], "--region", row.region)
    return CliRunner().invoke(main, ["status", *named, *options])


def test_what_is_ours_is_shown_with_its_owner(life: Life) -> None:
    """`snapcopy status` lists our objects with their owners, as a table and as JSON."""
    life.ok()
    (one,), told = life.ours(), json.loads(status(life.row, "--json").stdout)
    (shown,) = (each for each in told if one.name in (each.get("snapshotId"), each.get("name")))
    assert shown["state"] == one.state and shown["location"] == {"regionName": one.region}
    assert {each["key"]: each["value"] for each in shown["tags"]} == one.tags
    size = "volumeSize" if life.row.by_id else "sizeInGb"
    assert isinstance(shown[size], int)
    (line,) = (line for line in status(life.row).stdout.splitlines() if one.name in line.split())
    assert {one.region, one.state, one.tags["snapcopy:owner"]} <= set(line.split())


def test_the_service_that_is_asked_is_named(row: Row, served: Running) -> None:
    """`snapcopy status` names the service and its endpoint, says if nothing is there, and shows the service's errors as they are."""
    served.reset(row)
    first, *rest = status(row).stdout.splitlines()
    title = {"lightsail": "Lightsail", "ec2": "EC2", "fcu": "OUTSCALE's FCU", "outscale": "OUTSCALE"}
    assert first.startswith(f"{title[row.emulated]}: http://127.0.0.1:") and rest
    served.emulator.inject(row.fault("denied", LISTS[row.emulated], times=None))
    refused = status(row)
    assert refused.exit_code == 1 and f"Error: {row.codes.denied}" in refused.output
    of = "" if row.emulated == "lightsail" else f" --services {row.emulated}"
    assert f"`snapcopy iam-policy{of}` prints" in " ".join(refused.output.split())


def test_another_account_isnt_listed(row: Row, served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """`snapcopy status` asks each service's account guard first; FCU can't tell the account, so it is refused."""
    served.reset(row)
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "999999999999")
    refused = status(row)
    assert refused.exit_code == 2
    said = (
        "no call that tells the account"
        if row.emulated == "fcu"
        else "ALLOWED_ACCOUNT_IDS allows: 999999999999"
    )
    assert said in refused.output
    called = {each.operation for each in served.emulator.calls()}
    assert called <= {"GetCallerIdentity", "ReadAccounts"}


def test_several_services_are_one_answer(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """`snapcopy status` of several services answers for a region that more than one of them has."""
    monkeypatch.setenv("SNAPCOPY_EC2_API", "fcu")
    row = next(each for each in ROWS if each.name == "fcu-copy")
    served.reset(row)
    life = Life(row, served)
    life.ok()
    told = CliRunner().invoke(main, ["status", "--services", "ec2,outscale", "--region", row.region])
    assert told.exit_code == 0, told.output
    assert "OUTSCALE's FCU: " in told.stdout and "OUTSCALE: " in told.stdout
    both = ["status", "--services", "ec2,outscale", "--region", row.region, "--json"]
    told = CliRunner().invoke(main, both)
    ids = {each["snapshotId"] for each in json.loads(told.stdout)}
    assert life.only().name in ids and FIRST not in ids, "the source has neither our tag nor our key"


def test_a_region_that_the_service_does_not_have_is_refused(row: Row, served: Running) -> None:
    """`snapcopy status` refuses an unknown region before it asks the service."""
    served.reset(row)
    told = CliRunner().invoke(
        main, ["status", "--services", CLI_NAMES[row.emulated], "--region", "eu-west-99"]
    )
    assert told.exit_code == 1 and "eu-west-99" in told.output
    assert served.emulator.calls() == []
