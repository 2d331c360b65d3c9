"""Snapshot copies as code, for Pulumi.

Programs import the module of a service, such as ``pulumi_snapcopy.lightsail``.
"""

__version__ = "0.1.0"
