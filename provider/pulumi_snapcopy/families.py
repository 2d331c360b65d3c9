"""The rules of all services, for the policy pack and `snapcopy check`; this module imports no SDK."""

from __future__ import annotations

from .core.rules.rulebook import Catalogue, Rulebook
from .ec2.rules import COPIED_SNAPSHOT_RULES as EC2_COPIED_SNAPSHOT_RULES
from .lightsail.rules import COPIED_SNAPSHOT_RULES
from .lightsail.rules.restored import RESTORED_DISK_RULES, RESTORED_INSTANCE_RULES
from .lightsail.rules.taken import DISK_SNAPSHOT_RULES, INSTANCE_SNAPSHOT_RULES
from .outscale import rules as outscale

RULEBOOKS: tuple[Rulebook, ...] = (
    COPIED_SNAPSHOT_RULES,
    INSTANCE_SNAPSHOT_RULES,
    DISK_SNAPSHOT_RULES,
    RESTORED_INSTANCE_RULES,
    RESTORED_DISK_RULES,
    EC2_COPIED_SNAPSHOT_RULES,
    outscale.COPIED_SNAPSHOT_RULES,
    outscale.SNAPSHOT_RULES,
)

CATALOGUE = Catalogue(RULEBOOKS)
