"""``snapcopy doctor``: whether copies can be made from here, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ..core.errors import ConfigError, ServiceError
from ..host.settings import Settings
from . import asking
from .findings import Finding, Verdict, not_tried, ok, problem


@click.command("doctor")
@click.option("--source-region", help="Where the sources are.  [default: AWS tooling's region]")
@click.option("--target-region", help="Where the copies shall be.  [default: AWS tooling's region]")
@click.option(
    "--stack",
    help="The stack whose aws:profile and aws:region count.  [default: the only one of this folder]",
)
def doctor(source_region: str | None, target_region: str | None, stack: str | None) -> None:
    """Check that copies can be made from here; nothing is changed.

    Exit code 0: no problem was found. 1: one was, and its line says what to do.
    """
    from .machine import check_machine

    problems = 0
    checks = (check_machine(), check_service(source_region, target_region, stack), check_cloud(target_region))
    for check in checks:
        for finding in check:
            word, colour = finding.verdict.value
            click.echo(f"{click.style(f'{word:<9}', fg=colour)}  {finding.subject}: {finding.text}")
            problems += finding.verdict is Verdict.PROBLEM
    if problems:
        raise click.exceptions.Exit(1)


def check_service(
    source_region: str | None, target_region: str | None, stack: str | None = None
) -> Iterator[Finding]:
    """Check what leads to the service, from near to far; where one thing fails, those behind it aren't tried."""
    from ..aws.login import is_the_real_service
    from ..lightsail.service import Lightsail
    from .permissions import check_permissions
    from .stack_login import login_of_the_stack

    try:
        access, why = login_of_the_stack(stack, Path.cwd())
    except click.ClickException as error:
        yield problem("login", error.message)
        yield not_tried("region, credentials, endpoint and permissions", "need a login")
        return
    yield ok("login", why)
    try:
        source, target = (asking.settle_region(region, access) for region in (source_region, target_region))
    except (click.ClickException, ServiceError) as error:
        text = asking.sentence(error) if isinstance(error, ServiceError) else error.message
        yield problem("region", text)
        yield not_tried("credentials, endpoint and permissions", "need a region")
        return
    yield ok("region", source if source == target else f"from {source} to {target}")
    try:
        yield ok("credentials", f"found ({access.credentials()})")
    except ServiceError as error:
        yield problem("credentials", asking.sentence(error))
        yield not_tried("endpoint and permissions", "need credentials")
        return
    subject = "endpoint"
    try:
        urls = access.endpoints((source, target), "lightsail")
        for url in urls.values():
            asking.reach(url)
        yield ok(subject, asking.described(urls[target]))
        allowed = _allowed_accounts()
        if allowed or is_the_real_service(urls[target]):
            subject = "account"
            account = access.account(target, service="lightsail")
            if allowed and account not in allowed:
                text = f"{account} isn't one that SNAPCOPY_ALLOWED_ACCOUNT_IDS allows: {', '.join(allowed)}"
                yield problem(subject, f"{text}. Set AWS_PROFILE, or log in to an allowed one.")
                yield not_tried("permissions", "need an allowed account")
                return
            yield ok(subject, f"{account}, as SNAPCOPY_ALLOWED_ACCOUNT_IDS allows" if allowed else account)
    except ServiceError as error:
        yield problem(subject, asking.sentence(error))
        yield not_tried(
            "permissions", f"need {'an endpoint that answers' if subject == 'endpoint' else 'a login'}"
        )
        return
    yield from check_permissions(Lightsail(login=access), source, target)


def check_cloud(target_region: str | None) -> Iterator[Finding]:
    """Say which cloud EC2's calls go to: regions of the two have the same names."""
    from ..ec2.cloud import described_cloud

    subject = "EC2's cloud"
    try:
        yield ok(subject, described_cloud(target_region or asking.settle_region(None)))
    except ConfigError as error:
        yield problem(subject, str(error))
    except (click.ClickException, ServiceError):
        yield not_tried(subject, "needs a region")


def _allowed_accounts() -> tuple[str, ...]:
    try:
        return Settings.read(lambda key: None).allowed_account_ids
    except ConfigError:
        return ()  # the line of the settings says so
