"""The three ways to make a snapshot: of a volume, of a snapshot, or of a file, whose pre-signed URL is never shown.

Page: https://docs.outscale.com/api.html#createsnapshot
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..core.rules.judgement import UNKNOWN

VOLUME, SOURCE, FILE = "volumeId", "sourceSnapshotId", "fileLocation"
MODES = (VOLUME, SOURCE, FILE)
FORMS = {VOLUME: "volume", SOURCE: "snapshot", FILE: "import"}
"""The word for each mode in the source tag of a `Snapshot`."""

_DIGITS = 16


def location(url: Any) -> Any:
    """Return a digest that identifies a file to import, from its URL without the signature.

    A signature is valid for a limited time; another signature of the same object is the same file.

    Example:
        >>> location("https://oos.example.com/bucket/disk.raw?Signature=a") == location("https://oos.example.com/bucket/disk.raw")
        True
    """
    if not isinstance(url, str):
        return url
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}{parts.path}"
    except ValueError:
        plain = url
    return hashlib.sha256(plain.encode()).hexdigest()[:_DIGITS]


def made_from(inputs: Mapping[str, Any]) -> str:
    """Return the source of a request's snapshot: the id of a volume or snapshot, or ``file-`` and a digest.

    Example:
        >>> made_from({"volumeId": "vol-12345678"}), made_from({"fileLocation": "https://oos.example.com/b/k?s=1"})
        ('vol-12345678', 'file-956f23ab01c8100d')
    """
    if isinstance(url := inputs.get(FILE), str):
        return f"file-{location(url)}"
    given = (inputs.get(name) for name in (VOLUME, SOURCE))
    return next((str(each) for each in given if each is not None and each is not UNKNOWN), "")
