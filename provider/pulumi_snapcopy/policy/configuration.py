"""What is wrong with a config that the engine lets through: it checks types, not names."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..core.judging.organisation_rules import config_faults

Config = Mapping[str, Mapping[str, Any]]

EVERY = "all"
"""Pulumi's own name for the level of all policies at once."""


def faults(
    config: Config, schemas: Mapping[str, Mapping[str, Any]], regions: Collection[str]
) -> Iterator[str]:
    """Sentences for what is wrong.

    Args:
        config: what is configured, by policy.
        schemas: what can be configured, by policy.
        regions: the service's regions.
    """
    for policy, values in config.items():
        if policy == EVERY:
            if values:
                yield f'"{EVERY}" takes an enforcementLevel and nothing else; it has {_quoted(values)}.'
        elif policy not in schemas:
            yield f'There is no policy "{policy}". {_instead(policy, schemas)}'
        else:
            for key in values:
                if key not in schemas[policy]:
                    known = ("enforcementLevel", *schemas[policy])
                    yield f'{policy}: there is no setting "{key}". {_instead(key, known)}'
    yield from config_faults(config, regions)


def _instead(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f'Did you mean "{near[0]}"?' if near else f"There are {_quoted(sorted(known))}."


def _quoted(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
