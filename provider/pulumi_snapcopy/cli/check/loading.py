"""Read files as the CLI and shells write them: compressed, in UTF-16, or with text around the JSON."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_GZIP = b"\x1f\x8b"


class Unusable(Exception):
    """A file can't be checked; the message says why."""


def load(name: str) -> Any:
    """Read a file that is one JSON document; ``-`` is standard input.

    Raises:
        Unusable: if the file can't be read, isn't text, is empty, or isn't JSON.
    """
    return _parsed(_text(name))


def documents(name: str) -> list[Any]:
    """Read the JSON documents of a file: the complete file, or the objects in it that begin a line, without other text.

    Raises:
        Unusable: if the file can't be read, isn't text, is empty, or holds no JSON.
    """
    text = _text(name)
    try:
        return [_parsed(text)]
    except Unusable:
        if found := [*_objects(text)]:
            return found
        raise


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Unusable(f"can't be read: {error.strerror}.") from None
    try:
        content = gzip.decompress(content) if content.startswith(_GZIP) else content
        text = content.decode(json.detect_encoding(content))
    except (OSError, EOFError, zlib.error):
        raise Unusable("is compressed, and broken.") from None
    except UnicodeDecodeError:
        raise Unusable("is not text in UTF-8 or UTF-16.") from None
    if not text.strip():
        raise Unusable("is empty.")
    return text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unusable(f"is not JSON ({where}: {error.msg}).") from None
    except (ValueError, RecursionError):
        raise Unusable("is not JSON that can be read.") from None


def _objects(text: str) -> Iterator[Any]:
    """Yield the objects that begin at the start of a line; objects inside them aren't yielded again."""
    decoder, at = json.JSONDecoder(), 0
    while (begin := _next(text, at)) is not None:
        try:
            found, at = decoder.raw_decode(text, begin)
            yield found
        except (ValueError, RecursionError):
            at = begin + 1


def _next(text: str, at: int) -> int | None:
    if at == 0 and text.startswith("{"):
        return 0
    found = text.find("\n{", max(at - 1, 0))
    return None if found < 0 else found + 1
