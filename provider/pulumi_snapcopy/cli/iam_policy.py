"""``snapcopy iam-policy``: what must be allowed, for IAM."""

from __future__ import annotations

import json

import click

from ..services.lightsail_permissions import policy


@click.command("iam-policy")
def iam_policy() -> None:
    """Print the IAM policy that copies need, and no more, as JSON.

    For example: aws iam create-policy --policy-name snapcopy --policy-document "$(snapcopy iam-policy)"
    """
    click.echo(json.dumps(policy(), indent=2))
