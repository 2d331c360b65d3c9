"""What a request's signature says; it is never verified, and nothing of its credentials is kept."""

from __future__ import annotations


def scope(authorization: str | None) -> tuple[str, str] | None:
    """The region and the service out of ``Credential=KEY/DATE/REGION/SERVICE/aws4_request``, None without one."""
    parts = (authorization or "").partition("Credential=")[2].split(",")[0].split("/")
    return (parts[2], parts[3]) if len(parts) == 5 else None


def scope_region(authorization: str | None) -> str | None:
    """The region that a request is signed for."""
    found = scope(authorization)
    return found[0] if found else None
