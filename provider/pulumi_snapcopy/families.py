"""The rules of all services, for the policy pack and `snapcopy check`; importing this loads no SDK."""

from __future__ import annotations

from .core.rules.rulebook import Catalogue, Rulebook
from .lightsail.rules import COPIED_SNAPSHOT_RULES

RULEBOOKS: tuple[Rulebook, ...] = (COPIED_SNAPSHOT_RULES,)

CATALOGUE = Catalogue(RULEBOOKS)
