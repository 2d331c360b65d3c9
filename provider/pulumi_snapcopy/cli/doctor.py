"""``snapcopy doctor``: check whether copies can be made from this machine, and say what to do if not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ..core.errors import ConfigError, ServiceError
from ..host.settings import Settings
from . import endpoints, services
from .access import Access
from .findings import Finding, Outcome, ok, problem, skipped
from .permissions import check_permissions
from .stack_login import StackConfig


@click.command("doctor")
@services.option("The services to check")
@click.option("--source-region", help="Where the sources are.  [default: the service's own tooling's region]")
@click.option("--target-region", help="Where the copies shall be.  [default: likewise]")
@click.option(
    "--stack",
    help="The stack whose configuration counts.  [default: the only one of this folder]",
)
def doctor(names: list[str], source_region: str | None, target_region: str | None, stack: str | None) -> None:
    """Check that copies can be made from here; nothing is changed.

    Exit code 0: no problem was found. 1: one was, and its line says what to do.
    """
    from .machine import check_machine

    problems = 0
    try:
        config = StackConfig.of(stack, Path.cwd())
    except click.ClickException as error:
        problems += _show(check_machine())
        problems += _show([problem("login", error.message), skipped("services", "need a login")])
        raise click.exceptions.Exit(1) from None
    problems += _show(check_machine(config))
    for name in names:
        if len(names) > 1:
            click.echo(f"\n{name}")
        access = services.access_of(name)
        problems += _show(check_service(access(config, _settings(config), source_region, target_region)))
    if problems:
        raise click.exceptions.Exit(1)


def check_service(access: Access) -> Iterator[Finding]:
    """Check the access to a service step by step; after a failed step, the later ones are skipped."""
    steps = access.steps()
    behind = [*steps, "permissions"]
    for subject, look in steps.items():
        behind.remove(subject)
        try:
            text = look()
        except (click.ClickException, ServiceError, ConfigError) as error:
            yield problem(subject, _sentence(error))
            yield skipped(_listed(behind), f"after {subject}")
            return
        if text:
            yield ok(subject, text)
    yield from check_permissions(access)


def _show(findings: Iterator[Finding] | list[Finding]) -> int:
    """Print findings as they come, and return the number of problems."""
    problems = 0
    for finding in findings:
        word, colour = finding.outcome.value
        click.echo(f"{click.style(f'{word:<9}', fg=colour)}  {finding.subject}: {finding.text}")
        problems += finding.outcome is Outcome.PROBLEM
    return problems


def _sentence(error: click.ClickException | ServiceError | ConfigError) -> str:
    if isinstance(error, click.ClickException):
        return error.message
    return endpoints.sentence(error) if isinstance(error, ServiceError) else str(error)


def _listed(subjects: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(subjects[:-1]), subjects[-1]]))


def _settings(config: StackConfig) -> Settings:
    try:
        return Settings.read(config.config.get)
    except ConfigError:
        return Settings()  # check_machine reports the wrong settings
