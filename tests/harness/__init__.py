"""A state machine that tries the life of snapshot copies: any program, any accident, in any order.

Three targets:

- `Model`: the provider's code on a fake service in memory, over a thousand steps a second;
- `Emulated`: the dynamic host as Pulumi starts it, killed at any call, over gRPC and HTTP on the emulator;
- `Real`: the real service, with leave only (`Permit`).

>>> from tests.harness import Model, run
>>> counts = run(Model(), steps=200, seed_=1)  # doctest: +ELLIPSIS
SnapshotCopies on Model: ...
>>> counts.steps >= 200
True

Another stack of the same program works beside it on the same service; see `tests.harness.other`.

A machine of one's own, with rules of one's own, is a subclass of `SnapshotCopies`; a service of one's own implements
`Target`. A failure is shrunk and printed as a program, with the blob and the seed that repeat it.
"""

from .counts import Counts
from .emulated import Emulated
from .machine import SnapshotCopies
from .model import Model
from .real import LIVE_PROJECT, Permit, Real, Refused
from .running import run
from .target import Disturbance, Fault, Kill, Seen, Sources, Stop, Target

__all__ = [
    "LIVE_PROJECT",
    "Counts",
    "Disturbance",
    "Emulated",
    "Fault",
    "Kill",
    "Model",
    "Permit",
    "Real",
    "Refused",
    "Seen",
    "SnapshotCopies",
    "Sources",
    "Stop",
    "Target",
    "run",
]
