"""The pytest plugin, as a user's own tests have it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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


HOSTILE = """
import os
import boto3
import pytest
from osc_sdk_python.credentials import Profile

@pytest.mark.parametrize("services", ["lightsail", "outscale"])
def test_nothing_leads_elsewhere(services, request):
    request.node.add_marker(pytest.mark.snapcopy(services=services))
    emulator = request.getfixturevalue("emulator")
    assert not [name for name in os.environ if name.startswith("SNAPCOPY_")]
    assert "AWS_ENDPOINT_URL_S3" not in os.environ
    assert (os.environ["no_proxy"], os.environ["NO_PROXY"]) == ("localhost,127.0.0.1", "example.org,127.0.0.1")
    profile = Profile.from_standard_configuration(None, None)
    if services == "outscale":
        assert profile.get_endpoint("api") == emulator.oapi_url
        assert profile.access_key == os.environ["OSC_ACCESS_KEY"]
    else:
        assert boto3.client("lightsail").get_instances()["instances"] == []
        assert profile.access_key is None

def test_boto3_keeps_nothing_of_it():
    assert boto3.DEFAULT_SESSION is None
"""


def test_fixture_leads_to_the_emulator_whatever_the_users_own_settings_are(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a profile of OUTSCALE's, a proxy, nor variables of other services or of ours reach the test."""
    profiles = tmp_path / ".osc" / "config.json"
    profiles.parent.mkdir()
    real = {
        "access_key": "real",
        "secret_key": "real",
        "endpoints": {"api": "https://api.example.org/api/v1"},
    }
    profiles.write_text(json.dumps({"default": real, "mine": real}))
    settings = {
        "HOME": str(tmp_path),
        "OSC_PROFILE": "mine",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "SNAPCOPY_EC2_API": "fcu",
        "SNAPCOPY_ALLOWED_ACCOUNT_IDS": "210987654321",
        "http_proxy": "http://127.0.0.1:1",
        "no_proxy": "localhost",
        "NO_PROXY": "example.org",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    pytester.makepyfile(HOSTILE)
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")

    done.assert_outcomes(passed=3)


MARKS = """
import pytest

pytestmark = pytest.mark.snapcopy(services="ec2", copy_seconds=60)

@pytest.mark.snapcopy(copy_seconds=1)
@pytest.mark.snapcopy(page_size=7)
def test_marks_add_up(emulator):
    settings = emulator.settings
    assert (emulator.services, settings.copy_seconds, settings.page_size) == (("ec2",), 1, 7)

@pytest.mark.snapcopy("ec2", 60)
def test_without_names(emulator): ...
"""


def test_marks_add_up_and_name_what_they_give(pytester: pytest.Pytester) -> None:
    """The closest mark wins, the others still count; what isn't named is refused."""
    pytester.makepyfile(MARKS)
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist")

    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(
        ["the mark snapcopy('ec2', 60) doesn't name what it gives; write it with names,*"]
    )


WRONG_MARKS = """
import pytest

@pytest.mark.snapcopy(copy_second=1)
def test_a_setting_that_there_isnt(emulator): ...

@pytest.mark.snapcopy(copy_seconds="1")
def test_a_value_that_is_none(emulator): ...

@pytest.mark.snapcopy(services=("lightsail", "s3"))
def test_a_service_that_there_isnt(emulator): ...
"""


def test_marks_that_cant_be_used_are_told_in_a_sentence(pytester: pytest.Pytester) -> None:
    """A mark with wrong values is an error of one sentence, without a traceback through this package."""
    pytester.makepyfile(WRONG_MARKS)
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist")

    done.assert_outcomes(errors=3)
    start = "the mark snapcopy, or --snapcopy-services, can't be used: "
    done.stdout.fnmatch_lines([
        f"{start}there is no setting 'copy_second'; write one of copy_seconds, *",
        f"{start}copy_seconds is '1'; write a number of seconds, 0 or more",
        f"{start}no service s3; write lightsail, ec2, fcu, outscale",
    ])  # fmt: skip
    done.stdout.no_fnmatch_line("*pytest_plugin.py*")
    done.stdout.no_fnmatch_line("*another exception*")


def test_without_the_extra_the_fixture_says_how_to_install_it(pytester: pytest.Pytester) -> None:
    """Without moto the fixture fails with the command that installs it."""
    pytester.makeconftest("import sys; sys.modules['moto'] = None")
    pytester.makepyfile("def test_it(emulator): ...")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["the emulator needs moto: pip install 'pulumi-snapcopy?emulator?'"])


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
