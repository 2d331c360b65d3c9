"""The command line ``snapcopy``, for work beside Pulumi programs.

A command is imported when it is called, so that ``snapcopy --help`` doesn't wait for boto3 or moto.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from .. import __version__

COMMANDS = {
    "check": (".check.command:check", "Judge states and previews offline, by the policy pack's rules."),
    "doctor": (".doctor:doctor", "Check that copies can be made from here."),
    "drill": (".drill:drill", "Restore the newest copy of a source, check it, and remove it."),
    "emulator": ("..emulator.command:emulator", "Emulate Lightsail, EC2 and OUTSCALE on this machine."),
    "iam-policy": (".iam_policy:iam_policy", "Print the IAM policy that copies need."),
    "policy-pack": (".policy_pack:policy_pack", "Print the folder of the policy pack."),
    "status": (".status:status", "Show the snapshots that the service holds."),
}
"""Each command's module and function, and its line in ``snapcopy --help``."""


INTERRUPTED, BROKEN_PIPE = 130, 141
"""What a shell reports of a program that SIGINT or SIGPIPE has ended: 1 would be a result of `status` and `check`."""


UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""Errors of an output that can't be written; those of files that a command is given are told by the command."""


class _Commands(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run as a program; a defect, or an output that can't be written, ends with 2: 1 would be a result."""
        try:
            return self.main(*args, **options)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in UNWRITABLE and error.filename is None:
                _discard_output()
                said = f"standard output can't be written: {error.strerror}; the result is incomplete."
                click.echo(f"Error: {said}", err=True)
            else:
                traceback.print_exc()
            sys.exit(2)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command; characters missing from the encoding of the terminal or pipe are escaped, not an error.

        With NO_COLOR set nothing is coloured: https://no-color.org.
        """
        if os.environ.get("NO_COLOR"):
            options["color"] = False
        if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C and a reader that has gone end it without a traceback."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _discard_output()
            raise click.exceptions.Exit(BROKEN_PIPE) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; for a misspelled name, suggest the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from ..core.rules.suggest import did_you_mean

            ctx.fail(f"there is no command {name!r}. {did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module, __package__), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _discard_output() -> None:
    """Discard what is still to be flushed: Python would try again at its end, and print another error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="snapcopy")
def main() -> None:
    """Snapshot copies as code: check programs, look at the service, emulate it."""
