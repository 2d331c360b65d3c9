"""What every stack's state holds of the provider: a reference of known bytes."""

from __future__ import annotations

import base64
import pickle

from pulumi_snapcopy.host.dynamic import DynamicProvider
from pulumi_snapcopy.host.identity import IdentityProvider, stack_identity
from pulumi_snapcopy.host.reference import reference
from pulumi_snapcopy.lightsail.provider import copied_snapshot

IN_STATES = "gASVPQAAAAAAAACMInB1bHVtaV9zbmFwY29weS5saWdodHNhaWwucHJvdmlkZXKUjA9jb3BpZWRfc25hcHNob3SUk5QpUpQu"
"""What the states of existing stacks hold; it must be read for as long as there are any."""

IDENTITY_IN_STATES = (
    "gASVNwAAAAAAAACMHXB1bHVtaV9zbmFwY29weS5ob3N0LmlkZW50aXR5lIwOc3RhY2tfaWRlbnRpdHmUk5QpUpQu"
)


def test_the_state_holds_a_reference_of_known_bytes() -> None:
    """The state refers to the factory by its name, in at most 200 bytes, which are the same under each version of Python."""
    assert reference(copied_snapshot) == IN_STATES
    assert len(IN_STATES) <= 200


def test_what_states_hold_is_read_back_as_the_provider() -> None:
    """Those bytes lead to a provider that works, and that is serialized the same again."""
    provider = pickle.loads(base64.b64decode(IN_STATES))
    assert isinstance(provider, DynamicProvider)
    assert pickle.loads(pickle.dumps(provider)).__reduce__() == (copied_snapshot, ())


def test_the_identity_is_a_reference_too() -> None:
    """The state refers to the stack identity's provider by a function that never moves, in at most 200 bytes."""
    assert reference(stack_identity) == IDENTITY_IN_STATES and len(IDENTITY_IN_STATES) <= 200
    assert isinstance(pickle.loads(base64.b64decode(IDENTITY_IN_STATES)), IdentityProvider)


def test_neither_provider_is_a_secret() -> None:
    """A state with a secret provider would need a passphrase to be read."""
    assert copied_snapshot().serialize_as_secret_always is False
    assert stack_identity().serialize_as_secret_always is False
