"""The pytest plugin, as a user's own tests have it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import os
import boto3
import pytest

def test_lightsail_by_the_environment_alone(emulator):
    emulator.seed({"us-east-1": {"instanceSnapshots": [{"name": "db"}]}})
    client = boto3.client("lightsail", region_name="eu-west-1")
    client.copy_snapshot(sourceRegion="us-east-1", sourceSnapshotName="db", targetSnapshotName="db-copy")
    copy = client.get_instance_snapshot(instanceSnapshotName="db-copy")["instanceSnapshot"]
    assert copy["state"] == "available"
    assert emulator.calls("CopySnapshot")[0].outcome == "ok"

@pytest.mark.snapcopy(services=("ec2", "outscale"), copy_seconds=60)
def test_services_and_settings_of_a_mark(emulator):
    assert emulator.settings.copy_seconds == 60
    assert os.environ["OSC_ENDPOINT_API"] == emulator.oapi_url
    assert boto3.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"] == []

def test_nothing_is_left_of_it():
    assert not {"AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL_EC2", "OSC_ENDPOINT_API"} & set(os.environ)
"""


def test_fixture_in_a_users_tests(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture, its mark and its environment work in a project that does nothing but install the package."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider", "-p", "no:xdist")

    done.assert_outcomes(passed=3)


def test_option_names_the_services(pytester: pytest.Pytester) -> None:
    """--snapcopy-services is for the tests that don't name theirs; a wrong name is said with the right ones."""
    pytester.makepyfile("def test_it(emulator): assert emulator.services == ('fcu',)")
    arguments = ("-p", "no:cacheprovider", "-p", "no:xdist", "--snapcopy-services")

    pytester.runpytest_inprocess(*arguments, "fcu").assert_outcomes(passed=1)
    wrong = pytester.runpytest_inprocess(*arguments, "s3")
    wrong.assert_outcomes(errors=1)
    wrong.stdout.fnmatch_lines(["*no service s3; write lightsail, ec2, fcu, outscale*"])


def test_plugin_loads_nothing_until_it_is_used() -> None:
    """Every pytest run of a user's loads the plugin: that costs neither moto nor boto3."""
    program = (
        "import sys, pulumi_snapcopy.emulator.pytest_plugin; "
        "print(sorted({'moto', 'boto3', 'botocore', 'werkzeug', 'osc_sdk_python'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "[]\n"
