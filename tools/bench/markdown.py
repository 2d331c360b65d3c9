"""Format figures in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.bench.results import Spread

REASON_LENGTH = 160


def shown(spread: Spread | None, digits: int) -> str:
    """Return the median, with the least and the most if they differ, as in `2.1 (2.0-2.4)`."""
    if spread is None:
        return "-"
    middle, least, most = (f"{value:.{digits}f}" for value in (spread.median, spread.least, spread.most))
    return middle if least == most else f"{middle} ({least}-{most})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; figures are aligned right, except in a table of two columns."""
    line = ["---", *["---:"] * (len(head) - 1)] if len(head) > 2 else ["---"] * len(head)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, line, *rows))


def counted(copies: int) -> str:
    """Return a number of copies in words."""
    return "1 copy" if copies == 1 else f"{copies} copies"


def reason(failure: str) -> str:
    """Return a failure as one line: the last output line that names an error, without the machine's folders."""
    lines = [line.strip(" │*") for line in failure.splitlines()]
    errors = [line for line in lines if re.search(r"[Ee]rror\b.*:", line)]
    line = (errors or lines)[-1] if len(lines) > 1 else failure
    return re.sub(r"/\S*/", "", line).replace("|", "\\|")[:REASON_LENGTH]
