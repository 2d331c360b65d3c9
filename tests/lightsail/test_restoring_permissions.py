"""What restoring may do: each listed action is needed in its life, none other is called, and each condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_snapcopy.core.values import OWNER_TAG
from pulumi_snapcopy.emulator import Backstage
from pulumi_snapcopy.emulator.lightsail.models import backend_of
from pulumi_snapcopy.lightsail.permissions import RESTORING_PERMISSIONS

from .conftest import REGION
from .driving import Death, Mortal
from .test_restored_killed import DATA, DISKS, INSTANCES, WEB, Killing, Scenario

CONDITIONS = {each.action: each.owner_in for each in RESTORING_PERMISSIONS}


@dataclass
class Judge(Death):
    """Kills nobody; judges each call as IAM would."""

    refused: list[str] = field(default_factory=list)

    def before(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """A call begins."""
        super().before(operation, parameters)
        key = CONDITIONS.get(f"lightsail:{operation}") or ""
        tags = parameters.get("tags", []) if "RequestTag" in key else _tags(parameters) if key else None
        if tags is not None and OWNER_TAG not in {each["key"] for each in tags}:
            self.refused.append(f"{operation} {dict(parameters)}")


def _tags(parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags of what a call is about."""
    name = next(value for key, value in parameters.items() if key.lower().endswith("name"))
    return list(backend_of(REGION).resources[name].members["tags"])


def test_each_listed_action_is_called_and_no_other(backstage: Backstage) -> None:
    """In a life of instances and disks: made, retagged, replaced, deleted, resumed, refused, failed."""
    judge = Judge()
    for kind, rows in (("Instance", INSTANCES), ("Disk", DISKS)):
        for name in ("create", "replace-named", "update", "destroy"):
            killing = Killing(backstage, kind, rows[name], judge)
            killing.killed(judge)
            assert killing.stack.destroy() == []
        made = WEB if kind == "Instance" else DATA
        killing = Killing(backstage, kind, Scenario(None, None, None), judge)
        killing.stack.killed_after_create(web=made)
        assert killing.stack.up(web=made) == []
        argument = "instanceSnapshotName" if kind == "Instance" else "diskSnapshotName"
        for wrong in (
            {argument: "no-such"},
            {"instanceName" if kind == "Instance" else "diskName": "data-1"},
        ):
            killing = Killing(backstage, kind, Scenario(None, None, None), judge)
            assert killing.stack.up(web={**made, **wrong}) != []
    assert judge.refused == []
    called = {f"lightsail:{each}" for each in judge.calls}
    assert called == {each.action for each in RESTORING_PERMISSIONS}


def test_a_resumed_deletion_meets_the_conditions(backstage: Backstage) -> None:
    """The disks that an interrupted deletion left have the owner tag."""
    whole = Death()
    Killing(backstage, "Instance", INSTANCES["destroy"]).killed(whole)
    killing = Killing(backstage, "Instance", INSTANCES["destroy"])
    killing.killed(Death(at=whole.calls.index("DeleteDisk")))
    judge = Judge()
    killing.stack.service = Mortal("Instance", killing.clock, judge)
    assert killing.stack.destroy() == []
    assert "DeleteDisk" in judge.calls and judge.refused == []
