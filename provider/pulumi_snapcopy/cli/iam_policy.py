"""``snapcopy iam-policy``: the actions to allow, as an IAM policy."""

from __future__ import annotations

import json

import click

from ..lightsail.permissions import policy


@click.command("iam-policy")
@click.option(
    "--without-delete",
    is_flag=True,
    help="Leave out the actions that delete snapshots: with this role's credentials nobody can delete backups.",
)
def iam_policy(without_delete: bool) -> None:
    """Print the IAM policy that copies need, and no more, as JSON.

    Actions that the service can limit by tag are limited to snapshots with the tag snapcopy:owner.

    For example: aws iam create-policy --policy-name snapcopy --policy-document "$(snapcopy iam-policy)"
    """
    click.echo(json.dumps(policy(delete=not without_delete), indent=2))
