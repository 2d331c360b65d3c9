"""``snapcopy iam-policy``: the actions to allow, as IAM policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from ..ec2.permissions import policy as ec2_policy
from ..lightsail.drill_permissions import drill_policy
from ..lightsail.permissions import policy as lightsail_policy

POLICIES: dict[str, Callable[..., dict[str, Any]]] = {"lightsail": lightsail_policy, "ec2": ec2_policy}


@click.command("iam-policy")
@click.option(
    "--services",
    default="lightsail",
    show_default=True,
    metavar="SERVICE,…",
    help=f"The services that are used: {', '.join(POLICIES)}.",
)
@click.option(
    "--without-delete",
    is_flag=True,
    help="Leave out the actions that delete snapshots: with this role's credentials nobody can delete backups.",
)
@click.option("--drill", is_flag=True, help="Print what `snapcopy drill` needs instead: a role of its own.")
def iam_policy(services: str, without_delete: bool, drill: bool) -> None:
    """Print the IAM policy that copies need, and no more, as JSON.

    Actions that the service can limit by tag are limited to snapshots with the tag snapcopy:owner.

    For example: aws iam create-policy --policy-name snapcopy --policy-document "$(snapcopy iam-policy)"
    """
    if drill and without_delete:
        raise click.UsageError(
            "--drill and --without-delete exclude each other: a drill removes what it restores."
        )
    names = list(dict.fromkeys(each.strip() for each in services.split(",")))
    if unknown := [each for each in names if each not in POLICIES]:
        raise click.BadParameter(
            f"there is no service {unknown[0]!r}. Write {', '.join(POLICIES)}.", param_hint="--services"
        )
    wanted = [drill_policy()] if drill else [POLICIES[each](delete=not without_delete) for each in names]
    merged = {**wanted[0], "Statement": [statement for each in wanted for statement in each["Statement"]]}
    click.echo(json.dumps(merged, indent=2))
