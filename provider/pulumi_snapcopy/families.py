"""The services that there are, for whoever reads the rules of all of them; importing this loads no SDK."""

from __future__ import annotations

from .core.rules.rulebook import Catalogue, Rulebook
from .ec2.rules import COPIED_SNAPSHOT_RULES as EC2_COPIED_SNAPSHOT_RULES
from .lightsail.rules import COPIED_SNAPSHOT_RULES

RULEBOOKS: tuple[Rulebook, ...] = (COPIED_SNAPSHOT_RULES, EC2_COPIED_SNAPSHOT_RULES)

CATALOGUE = Catalogue(RULEBOOKS)
