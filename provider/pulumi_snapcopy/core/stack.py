"""The stack around a resource, as far as the engine has shown it to this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .values import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What is known of the stack when a verb begins its work on one of its resources.

    Args:
        has: whether the state has an object under any entry; those the engine deletes or keeps.
        assigned: whether a declared resource has an object.
        is_new: whether this is the stack's first run, so that no earlier one was interrupted.
        replaced: keys of what the resource replaces, or has replaced, in any region, and when; see `Bookkeeping.replaced`.
    """

    has: Callable[[Seen], bool] = lambda seen: False
    assigned: Callable[[Seen], bool] = lambda seen: False
    is_new: bool = False
    replaced: Mapping[str, str] = field(default_factory=dict)
