"""The policy pack: the rules of `check` and the organisation's, for complete stacks and for copies by other tools.

``policies()`` can be part of any other pack. Needs the extra ``pulumi-snapcopy[policy]``.
"""

from .policies import policies, serve

__all__ = ["policies", "serve"]
