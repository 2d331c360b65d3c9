"""What tests of the real engine stand on serves here, too."""

from __future__ import annotations

from tests.engine.conftest import emulator, new_stack, pulumi_home, service

__all__ = ["emulator", "new_stack", "pulumi_home", "service"]
