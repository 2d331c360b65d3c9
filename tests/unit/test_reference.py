"""What every stack's state holds of the provider: a reference of known bytes."""

from __future__ import annotations

import base64
import pickle
from typing import Any

from pulumi.dynamic import dynamic
from pulumi_snapcopy.host.dynamic import DynamicProvider
from pulumi_snapcopy.host.identity import IdentityProvider, stack_identity
from pulumi_snapcopy.lightsail.provider import copied_snapshot

IN_STATES = "gASVPQAAAAAAAACMInB1bHVtaV9zbmFwY29weS5saWdodHNhaWwucHJvdmlkZXKUjA9jb3BpZWRfc25hcHNob3SUk5QpUpQu"
"""What the states of existing stacks hold; it must be read for as long as there are any."""

IDENTITY_IN_STATES = (
    "gASVNwAAAAAAAACMHXB1bHVtaV9zbmFwY29weS5ob3N0LmlkZW50aXR5lIwOc3RhY2tfaWRlbnRpdHmUk5QpUpQu"
)


def test_the_state_holds_a_reference_of_known_bytes() -> None:
    """The provider is serialized as its factory's name, at most 200 bytes, and always the same ones."""
    serialize: Any = dynamic.serialize_provider
    serialized = serialize(copied_snapshot())
    assert serialized == IN_STATES
    assert len(serialized) <= 200


def test_what_states_hold_is_read_back_as_the_provider() -> None:
    """Those bytes lead to a provider that works, and that is serialized the same again."""
    provider = pickle.loads(base64.b64decode(IN_STATES))
    assert isinstance(provider, DynamicProvider)
    assert pickle.loads(pickle.dumps(provider)).__reduce__() == (copied_snapshot, ())


def test_the_identity_is_a_reference_too() -> None:
    """The stack identity's provider is serialized as a reference of at most 200 bytes to a function that never moves."""
    serialize: Any = dynamic.serialize_provider
    serialized = serialize(stack_identity())
    assert serialized == IDENTITY_IN_STATES and len(serialized) <= 200
    assert isinstance(pickle.loads(base64.b64decode(IDENTITY_IN_STATES)), IdentityProvider)


def test_neither_provider_is_a_secret() -> None:
    """A state with a secret provider would need a passphrase to be read."""
    assert copied_snapshot().serialize_as_secret_always is False
    assert stack_identity().serialize_as_secret_always is False
