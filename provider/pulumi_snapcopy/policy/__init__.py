"""The policy pack: the same rules as `check`, and the organisation's, for whole stacks and for other tools' copies.

``policies()`` can be part of any other pack. Needs the extra ``pulumi-snapcopy[policy]``.
"""

from .policies import policies, serve

__all__ = ["policies", "serve"]
