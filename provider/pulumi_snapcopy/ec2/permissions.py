"""The permissions that copies need on EC2, and on the keys of encrypted snapshots.

Page: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
"""

from __future__ import annotations

from typing import Any

from ..core.permissions import BOTH, Permission, actions
from ..core.values import OWNER_TAG

SNAPSHOTS = "arn:aws:ec2:*::snapshot/*"
"""The ARN of any snapshot; its account field is empty."""

_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{OWNER_TAG}", f"aws:ResourceTag/{OWNER_TAG}"

PERMISSIONS = (
    Permission(action="ec2:CopySnapshot", without="nothing can be copied"),
    Permission(action="ec2:CreateTags", owner_in=_REQUEST_TAG,
               without="copies can't be marked as ours, and none is ever complete"),
    Permission(action="ec2:DeleteSnapshot", owner_in=_RESOURCE_TAG, without="copies can be neither deleted nor replaced"),
    Permission(action="ec2:DeleteTags", owner_in=_RESOURCE_TAG, without="tags can't be removed from copies"),
    Permission(action="ec2:DescribeSnapshots", regions=BOTH, without="no snapshot can be found, waited for or copied"),
)  # fmt: skip
"""All permissions that copies need on AWS and on FCU, each once: what `ec2.service` calls, and no more."""

KEYS_OF_COPIES = ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext")
KEYS_OF_SOURCES = ("kms:CreateGrant",)
KEYS_NEED = (
    f"the copy's key needs {', '.join(KEYS_OF_COPIES)}; the source's {', '.join(KEYS_OF_SOURCES)}; "
    "`snapcopy iam-policy --services ec2` prints all"
)


def policy(*, delete: bool = True) -> dict[str, Any]:
    """Return the IAM policy that allows what copies on EC2 need, and nothing else.

    - CopySnapshot is checked on the source and on the copy. A policy can't limit it further without naming both.
    - CreateTags carries a condition on the owner tag in the call, which each of our calls sets.
    - DeleteTags and DeleteSnapshot carry a condition on the owner tag of the snapshot.
    - Actions on keys are allowed only to EC2 on the caller's behalf.

    Args:
        delete: whether to include the action that deletes snapshots.

    Example:
        >>> [statement["Sid"] for statement in policy(delete=False)["Statement"]]
        ['FindEbsSnapshots', 'CopyEbsSnapshots', 'TagEbsCopies', 'ChangeEbsCopies', 'UseKeysForEbsCopies']
    """
    tags = [each for each in PERMISSIONS if each.owner_in == _REQUEST_TAG]
    changes = [each for each in PERMISSIONS if each.owner_in == _RESOURCE_TAG]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement("FindEbsSnapshots", ["ec2:DescribeSnapshots"], "*"),
            _statement("CopyEbsSnapshots", ["ec2:CopySnapshot"], SNAPSHOTS),
            _statement("TagEbsCopies", actions(tags), SNAPSHOTS, {_REQUEST_TAG: "*"}),
            _statement("ChangeEbsCopies", actions(changes, delete=delete), SNAPSHOTS, {_RESOURCE_TAG: "*"}),
            _statement(
                "UseKeysForEbsCopies", list(KEYS_OF_COPIES), "*", {"kms:ViaService": "ec2.*.amazonaws.com"}
            ),
        ],
    }


def _statement(
    sid: str, actions: list[str], resource: str, like: dict[str, str] | None = None
) -> dict[str, Any]:
    condition = {"Condition": {"StringLike": like}} if like else {}
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource, **condition}
