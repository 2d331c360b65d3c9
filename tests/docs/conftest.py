"""Stacks on the emulator, as the engine's tests have them."""

from tests.engine.conftest import emulator, new_stack, pulumi_home, stack

__all__ = ["emulator", "new_stack", "pulumi_home", "stack"]
