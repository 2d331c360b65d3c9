"""What the engine sends: what is marked as secret is in no message, and the stack's configuration counts."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, policy
from pulumi_snapcopy.policy import _sdk, policies

from .conftest import OURS

MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
URN = f"urn:pulumi:dev::shop::{OURS}::db"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The stack's configuration, as the engine hands it to the pack."""
    config: dict[str, str] = {}
    monkeypatch.setattr(sys.modules["pulumi_snapcopy.policy.policies"], "_stack_config", config)
    return config


@pytest.fixture
def servicer(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> Any:
    """What the engine talks to, guarded."""
    monkeypatch.setattr(policy, "_PolicyAnalyzerServicer", policy._PolicyAnalyzerServicer)
    _sdk.refuse(lambda config: [])
    served: Any = policy._PolicyAnalyzerServicer("snapcopy", "0.0.1", policies(), EnforcementLevel.ADVISORY)
    config = analyzer_pb2.ConfigureAnalyzerRequest()
    config.policyConfig["recovery-point-objective"].properties.update({"hours": 1})
    served.Configure(config, None)
    return served


def secret(value: Any) -> dict[str, Any]:
    """A value as the engine marks it."""
    return {**MARK, "value": value}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (secret("hunter 2"), "'[secret]' is not a name"),
        (secret("it's"), '"[secret]" is not a name'),
        (secret("back\\slash"), "'[secret]' is not a name"),
        (secret("t"), "'[secret]' is not a name that Lightsail takes. Write 2 to 255"),
        ("plain ", "'plain ' is not a name"),
    ],
)
def test_a_secret_name_is_judged_and_hidden(servicer: Any, name: Any, shown: str) -> None:
    """However it is quoted, and however short it is; the words around it stay."""
    request = analyzer_pb2.AnalyzeRequest(type=OURS, urn=URN, name="db")
    request.properties.update({"sourceSnapshotName": name, "sourceRegion": "us-east-1"})
    (found,) = servicer.Analyze(request, None).diagnostics
    assert shown in found.message


def test_secrets_inside_of_lists_and_mappings_are_hidden_in_whole_stacks(servicer: Any) -> None:
    """A message about one resource doesn't quote another's secret either."""
    request = analyzer_pb2.AnalyzeStackRequest()
    resources: dict[str, dict[str, Any]] = {
        "db": {"sourceResourceName": "hunter-1", "restoredDate": "2026-01-01"},
        "other": {"triggers": [{"of": secret(["hunter-1"])}]},
    }
    for name, properties in resources.items():
        resource = request.resources.add(type=OURS, urn=URN, name=name)
        resource.properties.update(properties)
    (found,) = servicer.AnalyzeStack(request, None).diagnostics
    assert 'the newest copy of "[secret]" is of 2026-01-01' in found.message


def test_the_stacks_configuration_says_which_cloud_is_meant(servicer: Any) -> None:
    """The engine tells it before anything is judged; policies see it nowhere else."""
    token = "pulumi-python:dynamic/ec2:CopiedSnapshot"
    request = analyzer_pb2.AnalyzeRequest(type=token, urn=f"urn:pulumi:dev::shop::{token}::vol", name="vol")
    request.properties.update(
        {
            "sourceSnapshotId": "snap-0123abcd",
            "sourceRegion": "eu-west-2",
            "targetRegion": "eu-west-2",
            "encrypted": True,
        }
    )

    def broken() -> list[str]:
        return [each.policyName for each in servicer.Analyze(request, None).diagnostics]

    assert "fcu-plain-copy" not in broken()
    servicer.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(config={"snapcopy:ec2Api": "fcu"}), None
    )
    assert "fcu-plain-copy" in broken()
