"""The names of the services that can be emulated; this module imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable

SERVICES = ("lightsail", "ec2", "fcu", "outscale")
DEFAULT_SERVICES = ("lightsail",)


def checked(services: Iterable[str]) -> tuple[str, ...]:
    """Return the services in a fixed order, each once.

    Raises:
        ValueError: if there is no such service, or none is given.
    """
    if isinstance(services, str):
        services = services.split(",")
    wanted = {each.strip() for each in services}
    unknown = sorted(wanted - set(SERVICES))
    if unknown or not wanted:
        raise ValueError(f"no service {', '.join(unknown) or 'is given'}; write {', '.join(SERVICES)}")
    return tuple(each for each in SERVICES if each in wanted)


def not_installed(error: ModuleNotFoundError) -> str:
    """Return the message that says which extra to install when a package of the emulator is missing."""
    missing = (error.name or "moto").partition(".")[0]
    extra = "emulator,outscale" if missing == "osc_sdk_python" else "emulator"
    return f"the emulator needs {missing}: pip install 'pulumi-snapcopy[{extra}]'"
