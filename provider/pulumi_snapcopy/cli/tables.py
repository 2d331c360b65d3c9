"""Tables on standard output."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console
from rich.table import Table


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError  # `cli.main` ends the command


def print_table(table: Table) -> None:
    """Print a table.

    In a file or a pipe, its lines aren't wrapped. On a terminal that is too narrow for its words, each cell has a line.
    """
    console = _Console(highlight=False)
    unlimited = console.options.update(max_width=100_000)
    if not console.is_terminal:
        console.width = console.measure(table, options=unlimited).maximum
    elif console.measure(table, options=unlimited).minimum > console.width:
        table = _with_a_line_for_each_cell(table)
    console.print(table)


def _with_a_line_for_each_cell(table: Table) -> Table:
    lines = Table(box=None, pad_edge=False, show_header=False)
    lines.add_column(style="bold")
    lines.add_column(overflow="fold")
    titles = [column.header for column in table.columns]
    for number, cells in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if number:
            lines.add_row()
        for title, cell in zip(titles, cells, strict=True):
            lines.add_row(title, cell)
    return lines
