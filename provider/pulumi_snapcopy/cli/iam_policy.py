"""``snapcopy iam-policy``: the actions to allow, as an IAM policy."""

from __future__ import annotations

import json

import click

from ..lightsail.drill_permissions import drill_policy
from ..lightsail.permissions import policy


@click.command("iam-policy")
@click.option(
    "--without-delete",
    is_flag=True,
    help="Leave out the actions that delete snapshots: whoever gets the role's credentials can't delete backups.",
)
@click.option("--drill", is_flag=True, help="Print what `snapcopy drill` needs instead: a role of its own.")
def iam_policy(without_delete: bool, drill: bool) -> None:
    """Print the IAM policy that copies need, and no more, as JSON.

    Actions that the service can limit by tag are limited to snapshots with the tag snapcopy:owner.

    For example: aws iam create-policy --policy-name snapcopy --policy-document "$(snapcopy iam-policy)"
    """
    if drill and without_delete:
        raise click.UsageError(
            "--drill and --without-delete exclude each other: a drill removes what it restores."
        )
    if drill:
        click.echo(json.dumps(drill_policy(), indent=2))
        return
    click.echo(json.dumps(policy(delete=not without_delete), indent=2))
