"""Tables on standard output."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console
from rich.table import Table


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError  # `cli.main` ends the command


def print_table(table: Table) -> None:
    """Print a table; in a file or a pipe, its lines aren't wrapped."""
    console = _Console(highlight=False)
    if not console.is_terminal:
        console.width = console.measure(table, options=console.options.update(max_width=100_000)).maximum
    console.print(table)
