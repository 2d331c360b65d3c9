"""The services that there are, for whoever reads the rules of all of them; importing this loads no SDK."""

from __future__ import annotations

from .core.rules.rulebook import Catalogue, Rulebook
from .lightsail.rules import COPIED_SNAPSHOT_RULES
from .outscale import rules as outscale

RULEBOOKS: tuple[Rulebook, ...] = (
    COPIED_SNAPSHOT_RULES,
    outscale.COPIED_SNAPSHOT_RULES,
    outscale.SNAPSHOT_RULES,
)

CATALOGUE = Catalogue(RULEBOOKS)
