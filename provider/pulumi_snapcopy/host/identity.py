"""The stack's identity: 16 random hex digits that its state keeps for as long as the stack lives.

Names don't identify a stack, since two backends can hold stacks of one name. The first resource of ours in a program also
registers the identity, at the stack's root; the engine saves it before any other resource of ours is created.
"""

from __future__ import annotations

import secrets
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider
from pulumi.dynamic.dynamic import PROVIDER_KEY
from pulumi.runtime import get_root_resource
from pulumi.runtime.settings import get_monitor

from .reference import reference

NAME = "snapcopy"
DIGITS = 16

_of_programs: WeakKeyDictionary[Any, StackIdentity] = WeakKeyDictionary()
_drawn: set[str] = set()


def is_first_run(identity: str) -> bool:
    """Return whether this process has drawn an identity, so that this is the stack's first run."""
    return identity in _drawn


def stack_identity() -> IdentityProvider:
    """Return the provider of `StackIdentity`.

    Every stack's state refers to ``pulumi_snapcopy.host.identity.stack_identity``: neither this module nor the function
    may ever be moved or renamed.
    """
    return IdentityProvider()


class IdentityProvider(ResourceProvider):
    """The dynamic provider of `StackIdentity`, which never changes once it is created."""

    serialize_as_secret_always = False

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        return stack_identity, ()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create a random identity."""
        identity = secrets.token_hex(DIGITS // 2)
        _drawn.add(identity)
        return CreateResult(identity, {"identity": identity})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return that nothing has changed."""
        return DiffResult(changes=False)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the identity in the state, which is the only place that has it."""
        return ReadResult(id_, {**props, "identity": id_})


class StackIdentity(Resource, module="snapcopy", name="StackIdentity"):
    """The identity of a stack; the first resource of ours in a program registers it."""

    identity: pulumi.Output[str]

    def __init__(self) -> None:
        pulumi.CustomResource.__init__(
            self, "pulumi-python:dynamic/snapcopy:StackIdentity", NAME,
            {"identity": None, PROVIDER_KEY: reference(stack_identity)},
            pulumi.ResourceOptions(parent=get_root_resource()),
        )  # fmt: skip


def identity_of_the_stack() -> pulumi.Output[str]:
    """Return the identity of the running program's stack; one process may run several programs."""
    program = get_root_resource() or get_monitor()
    if program not in _of_programs:
        _of_programs[program] = StackIdentity()
    return _of_programs[program].identity
