"""States and previews written by hand, and what `snapcopy check` finds in them."""

from __future__ import annotations

import json
from typing import Any

from click.testing import Result
from pulumi_snapcopy.families import RULEBOOKS

OURS = RULEBOOKS[0].token
GOOD = {"sourceSnapshotName": "db-before-upgrade", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
INSTANCE = "aws:lightsail/instance:Instance"


def declared(name: str = "db", *, kind: str = OURS, inputs: Any = None, **more: Any) -> dict[str, Any]:
    """A resource as states and previews have it."""
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    return {"urn": urn, "type": kind, "custom": True, "inputs": inputs or {}, **more}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """An exported state."""
    return {"version": 3, "deployment": {"manifest": {}, "resources": list(resources)}}


def preview(*resources: dict[str, Any], op: str = "create", **more: Any) -> dict[str, Any]:
    """A preview of which all steps are of one kind."""
    steps = [{"op": op, "urn": each["urn"], "newState": each} for each in resources]
    return {"steps": steps, "duration": 1, "changeSummary": {op: len(steps)}, **more}


def copied(name: str = "db", **inputs: Any) -> dict[str, Any]:
    """A copy, good but for what is given; None leaves an input out."""
    given = {key: value for key, value in {**GOOD, **inputs}.items() if value is not None}
    return declared(name, inputs=given)


def broken(result: Result) -> list[tuple[str, str, str]]:
    """The violations of a run in JSON: (resource, rule, property)."""
    return [
        (each["urn"].rpartition("::")[2], each["rule"], each["property"])
        for each in json.loads(result.stdout)
    ]


def refusal(said: str, *, urn: str = "", **more: Any) -> dict[str, Any]:
    """A preview that ended at a provider's refusal, as the engine words it."""
    diagnostic = {
        "urn": urn or f"urn:pulumi:dev::shop::x:y:Outer${OURS}::db",
        "message": f"error: {OURS} resource 'db': {said}\n",
        "severity": "error",
    }
    return {"steps": [], "diagnostics": [diagnostic], "duration": 1, "changeSummary": {}, **more}
