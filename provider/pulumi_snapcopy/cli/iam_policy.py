"""``snapcopy iam-policy``: print the actions to allow, for AWS's IAM or OUTSCALE's EIM."""

from __future__ import annotations

import json
from typing import Any

import click

from ..ec2 import permissions as ec2
from ..lightsail import permissions as lightsail
from ..lightsail.drill_permissions import drill_policy
from ..outscale import permissions as outscale

IAM, EIM = ("lightsail", "ec2"), ("outscale", "fcu")
"""The services, by the system whose policies allow their actions."""

TAKING, RESTORING = ("lightsail", "outscale"), ("lightsail",)
"""The services that have resources which take snapshots, and those which restore them."""


@click.command("iam-policy")
@click.option(
    "--services",
    default="lightsail",
    show_default=True,
    metavar="SERVICE,…",
    help=f"The services that are used: {', '.join(IAM)}; or {', '.join(EIM)}, whose policy is OUTSCALE's.",
)
@click.option(
    "--taking",
    is_flag=True,
    help="Add what taking snapshots needs: InstanceSnapshot, DiskSnapshot, Snapshot.",
)
@click.option("--restoring", is_flag=True, help="Add what RestoredInstance and RestoredDisk need.")
@click.option(
    "--without-delete",
    is_flag=True,
    help="Leave out the actions that delete snapshots: with this role's credentials nobody can delete backups. What "
    "--restoring restores it may delete.",
)
@click.option("--drill", is_flag=True, help="Print what `snapcopy drill` needs instead: a role of its own.")
def iam_policy(services: str, taking: bool, restoring: bool, without_delete: bool, drill: bool) -> None:
    """Print the policy that copies need, and no more, as JSON.

    On AWS, actions that the service can limit by tag are limited to snapshots with the tag snapcopy:owner.

    For example: aws iam create-policy --policy-name snapcopy --policy-document "$(snapcopy iam-policy)"
    """
    names = _names(services)
    if drill:
        _refuse_beside_a_drill(names, taking=taking, restoring=restoring, without_delete=without_delete)
        _print(drill_policy())
        return
    for option, given, having in (("--taking", taking, TAKING), ("--restoring", restoring, RESTORING)):
        if given and not set(names) & set(having):
            raise click.UsageError(
                f"{option} is about {' and '.join(having)}; {', '.join(names)} has no such resource."
            )
    if set(names) & set(IAM) and set(names) & set(EIM):
        raise click.UsageError(
            f"AWS and OUTSCALE take a policy each. Print them one by one: "
            f"--services {','.join(each for each in names if each in IAM)}, then "
            f"--services {','.join(each for each in names if each in EIM)}."
        )
    delete = not without_delete
    wanted = [_policy(each, delete=delete, taking=taking, restoring=restoring) for each in names]
    _print({**wanted[0], "Statement": [statement for each in wanted for statement in each["Statement"]]})


def _names(services: str) -> list[str]:
    names = list(dict.fromkeys(each.strip() for each in services.split(",")))
    if unknown := [each for each in names if each not in (*IAM, *EIM)]:
        raise click.BadParameter(
            f"there is no service {unknown[0]!r}. Write {', '.join((*IAM, *EIM))}.", param_hint="--services"
        )
    return names


def _refuse_beside_a_drill(names: list[str], **given: bool) -> None:
    if other := next((name for name, is_given in given.items() if is_given), None):
        raise click.UsageError(
            f"--drill and --{other.replace('_', '-')} exclude each other: a drill has a role of its own, "
            "which removes what it restores."
        )
    if names != ["lightsail"]:
        raise click.UsageError("--drill is about lightsail alone; leave --services out.")


def _policy(service: str, *, delete: bool, taking: bool, restoring: bool) -> dict[str, Any]:
    if service == "lightsail":
        return lightsail.policy(delete=delete, taking=taking, restoring=restoring)
    if service == "ec2":
        return ec2.policy(delete=delete)
    if service == "fcu":
        return outscale.policy(ec2.PERMISSIONS, delete=delete)
    more = outscale.TAKING_PERMISSIONS if taking else ()
    return outscale.policy((*outscale.PERMISSIONS, *more), delete=delete)


def _print(policy: dict[str, Any]) -> None:
    click.echo(json.dumps(policy, indent=2))
