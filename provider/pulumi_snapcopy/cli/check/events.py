"""Engine events, one JSON object a line: the CLI prints them with streaming on, and ``up --json`` does too.

Seen with CLI 3.259: the events hold neither the program's lines nor what a property depends on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_OF_A_RESOURCE = ("resourcePreEvent", "resOutputsEvent")


def are_events(documents: Sequence[Any]) -> bool:
    """Return whether the documents are engine events."""
    return any(isinstance(each, dict) and "sequence" in each and "timestamp" in each for each in documents)


def as_preview(events: Sequence[Any]) -> dict[str, Any]:
    """Return what ``pulumi preview --json`` would have printed, as far as the events contain it."""
    steps, diagnostics = dict[tuple[Any, Any], dict[str, Any]](), list[dict[str, Any]]()
    summary: Mapping[str, Any] | None = None
    for event in (each for each in events if isinstance(each, dict)):
        for kind in _OF_A_RESOURCE:
            step = _member(_member(event, kind), "metadata")
            if step:
                steps[step.get("urn"), step.get("op")] = {**step, "newState": step.get("new")}
        said = _member(event, "diagnosticEvent")
        if said.get("severity") == "error":
            diagnostics.append({**said, "message": f"{said.get('prefix', '')}{said.get('message', '')}"})
        if "summaryEvent" in event:
            summary = _member(event, "summaryEvent")
    if summary is None:
        message = "error: the engine's events end before their summary"
        diagnostics.append({"severity": "error", "message": message})
    elif summary.get("result") == "failed" and not diagnostics:
        run = (
            "preview" if summary.get("isPreview") else "update"
        )  # a policy ends an update early, and no preview
        diagnostics.append({"severity": "error", "message": f"error: {run} failed"})
    return {
        "steps": [*steps.values()],
        "diagnostics": diagnostics,
        "config": _config(events),
        "changeSummary": _member(summary or {}, "resourceChanges"),
    }


def _config(events: Sequence[Any]) -> Mapping[str, Any]:
    preludes = (_member(each, "preludeEvent") for each in events if isinstance(each, dict))
    return next((_member(each, "config") for each in preludes if each), {})


def _member(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}
