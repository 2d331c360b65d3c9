"""What every stack's state holds of the provider: a reference of known bytes."""

from __future__ import annotations

import base64
import pickle
from typing import Any

from pulumi.dynamic import dynamic
from pulumi_snapcopy.host.provider import CopyProvider
from pulumi_snapcopy.lightsail.provider import copied_snapshot

IN_STATES = "gASVPQAAAAAAAACMInB1bHVtaV9zbmFwY29weS5saWdodHNhaWwucHJvdmlkZXKUjA9jb3BpZWRfc25hcHNob3SUk5QpUpQu"
"""What the states of existing stacks hold; it must be read for as long as there are any."""


def test_the_state_holds_a_reference_of_known_bytes() -> None:
    """The provider is serialized as its factory's name, at most 200 bytes, and always the same ones."""
    serialize: Any = dynamic.serialize_provider
    serialized = serialize(copied_snapshot())
    assert serialized == IN_STATES
    assert len(serialized) <= 200


def test_what_states_hold_is_read_back_as_the_provider() -> None:
    """Those bytes lead to a provider that works, and that is serialized the same again."""
    provider = pickle.loads(base64.b64decode(IN_STATES))
    assert isinstance(provider, CopyProvider)
    assert pickle.loads(pickle.dumps(provider)).__reduce__() == (copied_snapshot, ())


def test_the_provider_is_no_secret() -> None:
    """A state with a secret provider would need a passphrase to be read."""
    assert copied_snapshot().serialize_as_secret_always is False
