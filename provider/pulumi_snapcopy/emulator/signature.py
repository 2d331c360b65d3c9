"""The region and service in a request's signature; signatures are never verified, and credentials never stored."""

from __future__ import annotations


def scope(authorization: str | None) -> tuple[str, str] | None:
    """Return the region and service of ``Credential=KEY/DATE/REGION/SERVICE/aws4_request``, or None without it."""
    parts = (authorization or "").partition("Credential=")[2].split(",")[0].split("/")
    return (parts[2], parts[3]) if len(parts) == 5 else None


def scope_region(authorization: str | None) -> str | None:
    """Return the region that a request is signed for, or None."""
    found = scope(authorization)
    return found[0] if found else None
