"""The command ``snapcopy check``: its files, formats and exit codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import click

from .configuring import Enforcement
from .formats import FORMATS
from .judging import FoundViolation, judge, judged_resources, with_secrets
from .loading import Unusable
from .placing import Checkout
from .reading import Stack, read


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--config", metavar="FILE", help="The policy pack's config: levels, and the organisation's rules."
)
@click.option(
    "--format", "form", type=click.Choice([*FORMATS]), default="text", show_default=True, help="How to print."
)
@click.option(
    "--fail-on", type=click.Choice(["mandatory", "advisory"]), default="mandatory", show_default=True,
    help="The mildest level of a broken rule that makes the exit code 1.",
)  # fmt: skip
def check(files: tuple[str, ...], config: str | None, form: str, fail_on: str) -> None:
    """Judge states and previews offline, by the policy pack's rules.

    FILE is what `pulumi preview --json --show-sames` or `pulumi stack export` prints, or a checkpoint of a backend's
    bucket; "-" is standard input. Run it in the project's folder, so that lines of the program are shown as the
    repository has them.

    Exit code 0: no rule of the level --fail-on is broken. 1: one is. 2: a file can't be judged.
    """
    try:
        enforcement = Enforcement.of(config)
    except Unusable as error:
        raise click.UsageError(f"{config} {error}") from None
    now = datetime.now(timezone.utc)
    checkout = Checkout.around(Path.cwd())
    found, judged, unread, unusable = list[FoundViolation](), 0, 0, False
    for file in files:
        try:
            stack = read(file, checkout)
        except Unusable as error:
            click.echo(f"Error: {'stdin' if file == '-' else file} {error}", err=True)
            unread += 1
            continue
        violations = judge(stack, enforcement, checkout, now=now)
        refused = {each.urn for each in stack.refusals if enforcement.takes(each.type)}
        failures = [*stack.failures, *(each.message for each in stack.refusals if each.urn not in refused)]
        for failure in failures:
            click.echo(
                f"Error: {stack.file}: the preview failed, so it isn't all there: {_short(failure)}", err=True
            )
        secret = with_secrets(stack, enforcement)
        for note in _notes(
            stack, len(judged_resources(stack, enforcement)), len(refused), violations, secret
        ):
            click.echo(f"Note: {stack.file}: {note}", err=True)
        found += violations
        judged += len(judged_resources(stack, enforcement)) + len(refused)
        unusable |= bool(failures)
    if text := FORMATS[form](found):
        click.echo(text)
    click.echo(_summary(judged, found, unread), err=form in ("json", "sarif"))
    failing = [each for each in found if each.mandatory or fail_on == "advisory"]
    raise click.exceptions.Exit(2 if unusable or unread else int(bool(failing)))


def _notes(
    stack: Stack, judged: int, refused: int, violations: Sequence[FoundViolation], secret: Sequence[str]
) -> Iterator[str]:
    """Yield notes on what the result doesn't cover, though the file is in order."""
    if refused:
        yield "the preview ended at what the provider refused; there may be more."
    if stack.violated and not any(each.mandatory for each in violations):
        cause = " or a secret value" if secret else ""
        yield f"the preview failed all the same, by a policy{cause} that isn't judged here."
    if secret:
        have = "1 resource has" if len(secret) == 1 else f"{len(secret)} resources have"
        yield (
            f"{have} secret values, which the file doesn't show: the policy pack alone judges them: "
            f"{', '.join(secret)}."
        )
    if stack.hidden:
        yield (
            f"it leaves out what is unchanged ({stack.hidden}), so rules about the whole stack aren't judged. "
            "Preview with --show-sames to have all."
        )
    if not stack.dependencies:
        yield (
            "engine events tell neither the program's lines nor what a property comes from, so whether copies cover "
            "instances isn't judged. Preview without PULUMI_ENABLE_STREAMING_JSON_PREVIEW to have all."
        )
    if stack.complete and not stack.resources:
        yield "the stack has no resources."
    elif stack.complete and not judged:
        yield "the stack has no resources that a rule judges."


def _summary(judged: int, found: Sequence[FoundViolation], unread: int) -> str:
    mandatory = sum(each.mandatory for each in found)
    counts = f"{mandatory} mandatory, {len(found) - mandatory} advisory" if found else "none"
    rest = f"; {unread} {'file' if unread == 1 else 'files'} couldn't be judged" if unread else ""
    return f"{judged} {'resource' if judged == 1 else 'resources'} judged; violations: {counts}{rest}."


def _short(failure: str) -> str:
    """Return the first line of a failure, and the last line of a traceback, which names the error.

    Example:
        >>> _short("Traceback\\n  …\\nValueError: x"), _short("")
        ('Traceback … ValueError: x', 'no reason is given')
    """
    lines = [line.strip() for line in failure.splitlines()] or ["no reason is given"]
    return " … ".join(dict.fromkeys((lines[0], lines[-1])))
