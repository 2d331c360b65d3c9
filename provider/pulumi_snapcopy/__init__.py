"""Snapshot copies as code, for Pulumi.

What users write is in the service's own module, ``pulumi_snapcopy.lightsail``.
"""

__version__ = "0.1.0"
