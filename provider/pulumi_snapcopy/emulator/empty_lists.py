"""Responses with empty lists, as a stale read shows them."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from werkzeug.wrappers import Response

_TOKENS = ("nextPageToken", "nextToken", "NextPageToken")


def without_items(response: Response) -> Response:
    """Return a copy of a JSON or XML response with empty lists and without a next page."""
    text = response.get_data(as_text=True)
    emptied = _json(text) if text.lstrip().startswith("{") else _xml(text)
    return Response(emptied, status=response.status_code, headers=response.headers)


def _json(text: str) -> str:
    answer = json.loads(text)
    rest = {key: value for key, value in answer.items() if key not in _TOKENS}
    return json.dumps({key: [] if isinstance(value, list) else value for key, value in rest.items()})


def _xml(text: str) -> str:
    found = re.search(r'xmlns="([^"]+)"', text)
    if found:
        ElementTree.register_namespace("", found[1])
    root = ElementTree.fromstring(text.encode())
    for child in list(root):
        name = child.tag.rpartition("}")[2]
        if name in _TOKENS:
            root.remove(child)
        elif name.endswith("Set"):
            child.clear()
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
