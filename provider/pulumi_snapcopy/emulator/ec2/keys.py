"""Encryption keys: moto's KMS says which there are, and which are disabled."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends

from .errors import EC2Error, invalid


def key_for_copy(account: str, region: str, wanted: str | None, *, encrypted: bool) -> str | None:
    """The ARN of the key that a new snapshot is encrypted under; None: it isn't encrypted.

    Raises:
        EC2Error: InvalidParameterValue, for a key that doesn't exist or is disabled.
    """
    if wanted is not None:
        return _enabled(account, region, wanted)
    if not (encrypted or ec2_backends[account][region].ebs_encryption_by_default):
        return None
    return default_key(account, region)


def default_key(account: str, region: str) -> str:
    """The region's default key, ``alias/aws/ebs`` unless it was changed."""
    backend = ec2_backends[account][region]
    return str(backend.default_kms_key_id or backend._create_default_encryption_key())


def is_accessible(account: str, arn: str | None) -> bool:
    """Whether a source's key can be used; one that moto's KMS doesn't know isn't ours to judge."""
    if arn is None or not arn.startswith("arn:"):
        return True
    key = _find(account, arn.split(":")[3], arn)
    return key is None or key.key_state == "Enabled"


def _enabled(account: str, region: str, wanted: str) -> str:
    key = _find(account, region, wanted)
    if key is None:
        raise invalid(f"The specified keyId {wanted} is invalid")
    if key.key_state != "Enabled":
        raise invalid(f"The specified keyId {wanted} is disabled")
    return str(key.arn)


def _find(account: str, region: str, wanted: str) -> Any:
    if wanted.startswith("arn:") and wanted.split(":")[3] != region:
        return None
    backend: Any = kms_backends[account][region]
    name = wanted.rpartition(":")[2]
    key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else name.removeprefix("key/")
    return backend.keys.get(key_id)


def refuse_key_without_encryption(parameters: dict[str, Any]) -> None:
    """KmsKeyId is only taken together with Encrypted."""
    if parameters.get("KmsKeyId") and not parameters.get("Encrypted"):
        message = "The parameter KmsKeyId requires the parameter Encrypted to be set."
        raise EC2Error("InvalidParameterDependency", message)
